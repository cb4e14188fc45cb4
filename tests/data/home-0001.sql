BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE archive_files (
	name TEXT NOT NULL, 
	added_at BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "archive_files" VALUES('2026/11/01/a.warc.gz',1795495522100000);
CREATE TABLE article_feeds (
	article INTEGER NOT NULL, 
	feed INTEGER NOT NULL, 
	mark VARCHAR(32) NOT NULL, 
	last_shown_at BIGINT NOT NULL, 
	PRIMARY KEY (article, feed), 
	FOREIGN KEY(article) REFERENCES articles (no), 
	FOREIGN KEY(feed) REFERENCES feeds (no)
);
INSERT INTO "article_feeds" VALUES(1,1,'z2i7ywkprzbtg7nv',1795495522081000);
INSERT INTO "article_feeds" VALUES(2,1,'weh7xyknf6g6ywcv',1795495522081000);
INSERT INTO "article_feeds" VALUES(3,1,'mmmvt4qnu3ruyzoz',1795495522128000);
CREATE TABLE article_keys (
	"key" TEXT NOT NULL, 
	article INTEGER NOT NULL, 
	PRIMARY KEY ("key"), 
	FOREIGN KEY(article) REFERENCES articles (no)
);
INSERT INTO "article_keys" VALUES('vesti.example/1',1);
INSERT INTO "article_keys" VALUES('vesti.example/2',2);
INSERT INTO "article_keys" VALUES('vesti.example/3',3);
CREATE TABLE articles (
	no INTEGER NOT NULL, 
	id VARCHAR(16) NOT NULL, 
	url TEXT NOT NULL, 
	first_seen_at BIGINT NOT NULL, 
	feed INTEGER, 
	source TEXT NOT NULL, 
	country TEXT, 
	language TEXT, 
	revision INTEGER NOT NULL, 
	indexed_revision INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	published_at BIGINT, 
	story INTEGER, 
	PRIMARY KEY (no), 
	FOREIGN KEY(feed) REFERENCES feeds (no), 
	UNIQUE (id)
);
INSERT INTO "articles" VALUES(1,'na5ep4m2r3zsxfxv','https://vesti.example/1',1795495522081000,1,'Вести','rs','sr',1,1048577,'Ким и Путин',1793521800000000,NULL);
INSERT INTO "articles" VALUES(2,'37tfipotd35i4ql7','https://vesti.example/2',1795495522081000,1,'Вести','rs','sr',1,1048577,'Друга вест',1793521800000000,NULL);
INSERT INTO "articles" VALUES(3,'pt5nq3pftbkufwrt','https://vesti.example/3',1795495522128000,1,'Вести','rs','sr',0,0,'',NULL,NULL);
CREATE TABLE captures (
	no INTEGER NOT NULL, 
	article INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	status TEXT NOT NULL, 
	quiet BOOLEAN NOT NULL, 
	url TEXT NOT NULL, 
	host TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	deaths INTEGER NOT NULL, 
	due_at BIGINT NOT NULL, 
	not_before BIGINT, 
	queued_at BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	reason TEXT, 
	detail TEXT NOT NULL, 
	file TEXT, 
	"offset" INTEGER, 
	length INTEGER, 
	final_url TEXT NOT NULL, 
	content_type TEXT NOT NULL, 
	entry TEXT NOT NULL, 
	token VARCHAR(32), 
	owner TEXT, 
	leased_until BIGINT, 
	PRIMARY KEY (no), 
	FOREIGN KEY(article) REFERENCES articles (no), 
	UNIQUE (article, n)
);
INSERT INTO "captures" VALUES(1,1,1,'new','matched',0,'https://vesti.example/1','vesti.example:443',0,0,1795491922124855,NULL,1795495522081000,1795495522118000,NULL,'','2026/11/01/a.warc.gz',1000,900,'https://vesti.example/1','text/html','{"url": "https://vesti.example/1", "title": "Ким и Путин", "summary": "", "published_at": "2026-11-01T08:30:00+00:00", "updated": "", "content": ""}',NULL,NULL,NULL);
INSERT INTO "captures" VALUES(2,2,1,'new','matched',0,'https://vesti.example/2','vesti.example:443',0,0,1795491922124855,NULL,1795495522081000,1795495522118000,NULL,'','2026/11/01/a.warc.gz',2000,900,'https://vesti.example/2','text/html','{"url": "https://vesti.example/2", "title": "Друга вест", "summary": "", "published_at": "2026-11-01T08:30:00+00:00", "updated": "", "content": ""}',NULL,NULL,NULL);
INSERT INTO "captures" VALUES(3,3,1,'new','queued',0,'https://vesti.example/3','vesti.example:443',0,0,1795495522128000,NULL,1795495522128000,1795495522128000,NULL,'',NULL,NULL,NULL,'','','{"url": "https://vesti.example/3", "title": "Трећа", "summary": "", "published_at": "2026-11-01T08:30:00+00:00", "updated": "", "content": ""}',NULL,NULL,NULL);
CREATE TABLE feeds (
	no INTEGER NOT NULL, 
	url TEXT NOT NULL, 
	host TEXT NOT NULL, 
	source TEXT NOT NULL, 
	country TEXT, 
	language TEXT, 
	every FLOAT, 
	active BOOLEAN NOT NULL, 
	interval FLOAT NOT NULL, 
	next_poll_at BIGINT NOT NULL, 
	not_before BIGINT, 
	etag TEXT NOT NULL, 
	last_modified TEXT NOT NULL, 
	body_hash TEXT NOT NULL, 
	failures FLOAT NOT NULL, 
	outcome TEXT NOT NULL, 
	reason TEXT, 
	detail TEXT NOT NULL, 
	format TEXT NOT NULL, 
	moved_to TEXT NOT NULL, 
	entries INTEGER NOT NULL, 
	last_poll_at BIGINT, 
	last_success_at BIGINT, 
	last_new_at BIGINT, 
	gone_at BIGINT, 
	token VARCHAR(32), 
	owner TEXT, 
	leased_until BIGINT, 
	PRIMARY KEY (no), 
	UNIQUE (url)
);
INSERT INTO "feeds" VALUES(1,'https://vesti.example/rss','vesti.example:443','Вести','rs','sr',NULL,1,3600.0,1795499122127586,NULL,'','','h',0.0,'new',NULL,'','rss','',3,1795495522128000,1795495522128000,1795495522128000,NULL,NULL,NULL,NULL);
CREATE TABLE hosts (
	host TEXT NOT NULL, 
	next_at BIGINT NOT NULL, 
	closed_until BIGINT, 
	pace FLOAT NOT NULL, 
	robots BLOB, 
	robots_status INTEGER, 
	robots_fetched_at BIGINT, 
	token VARCHAR(32), 
	owner TEXT, 
	leased_until BIGINT, 
	PRIMARY KEY (host)
);
INSERT INTO "hosts" VALUES('vesti.example:443',1795495522081000,NULL,1.0,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE matches (
	id VARCHAR(16) NOT NULL, 
	watch TEXT NOT NULL, 
	story INTEGER NOT NULL, 
	article INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	sentence TEXT NOT NULL, 
	matched_at BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(article) REFERENCES articles (no), 
	FOREIGN KEY(story) REFERENCES articles (no), 
	UNIQUE (watch, story)
);
INSERT INTO "matches" VALUES('2w5kw3s2lyzli3ny','kim-putin',1,1,'live','','<em>Ким</em>',1795495522118000);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE outbox (
	no INTEGER NOT NULL, 
	"match" VARCHAR(16) NOT NULL, 
	channel TEXT NOT NULL, 
	address TEXT NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	due_at BIGINT NOT NULL, 
	sent_at BIGINT, 
	error TEXT NOT NULL, 
	message TEXT NOT NULL, 
	token VARCHAR(32), 
	owner TEXT, 
	leased_until BIGINT, 
	PRIMARY KEY (no), 
	FOREIGN KEY("match") REFERENCES matches (id), 
	UNIQUE ("match", channel, address)
);
INSERT INTO "outbox" VALUES(1,'2w5kw3s2lyzli3ny','desk','k','pending',0,1795491922124855,NULL,'','{"match_id": "2w5kw3s2lyzli3ny", "watch": "kim-putin", "title": "Ким и Путин", "url": "https://vesti.example/1", "source": "Вести", "story_id": "na5ep4m2r3zsxfxv", "article_id": "na5ep4m2r3zsxfxv", "published_at": "2026-11-01T08:30:00+00:00", "matched_at": "2026-11-24T04:45:22.118000+00:00", "sentence": "<em>Ким</em>", "tellings": 1}',NULL,NULL,NULL);
CREATE TABLE runs (
	no INTEGER NOT NULL, 
	owner TEXT NOT NULL, 
	started_at BIGINT NOT NULL, 
	ended_at BIGINT, 
	summary TEXT, 
	PRIMARY KEY (no)
);
CREATE TABLE story_texts (
	article INTEGER NOT NULL, 
	story INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	digest BLOB NOT NULL, 
	PRIMARY KEY (article), 
	FOREIGN KEY(article) REFERENCES articles (no)
);
CREATE TABLE watches (
	name TEXT NOT NULL, 
	query_hash TEXT NOT NULL, 
	saved_at BIGINT NOT NULL, 
	PRIMARY KEY (name, query_hash)
);
INSERT INTO "watches" VALUES('kim-putin','abc',1795495522117000);
CREATE INDEX hosts_next ON hosts (next_at);
CREATE INDEX articles_story ON articles (story);
CREATE INDEX article_keys_article ON article_keys (article);
CREATE INDEX captures_fetched ON captures (due_at, no) WHERE status = 'fetched';
CREATE INDEX captures_indexed ON captures (due_at, no) WHERE status = 'indexed';
CREATE INDEX captures_owner ON captures (owner) WHERE owner IS NOT NULL;
CREATE INDEX captures_queued ON captures (host, due_at, no) WHERE status = 'queued';
CREATE INDEX captures_reason ON captures (at) WHERE reason IS NOT NULL;
CREATE INDEX story_texts_digest ON story_texts (digest);
CREATE INDEX outbox_pending ON outbox (due_at, no) WHERE state = 'pending';
COMMIT;
