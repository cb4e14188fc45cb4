"""Words and phrases of every language that wirewatch reads, with what makes folding hard. Written for this test."""

_LINES = """
Kим Џонг Ун дочекао Путина|Kим|Владимира Путина|Kим Чен Ын|Северна Кореја|Севернокорејски вођа|Пјонгјанг|Пјонгјангу
космодром Источни|посета Русији|разговарали су о сарадњи|Ђинпинг|љубазност|њихов|џеп|ћуприја|чаршија|шума|жеља
председник Владимир Путин|Кремљ саопштио|стигао оклопним возом|Донбас|Доњецк|Луганск|Херсон|Запорожје|ракете
Kim Džong Un|Severna Koreja|Severnoj Koreji|Severnu Koreju|kosmodrom Vostočni|Putinom|Putinu|Putinova poseta|Pjongjang
predsednik Rusije|ruski predsednik|sastanak na vrhu|sastanka|ljudi|njen|đak|ćerka|čovek|šuma|žena|džep|Šojgu|Ljubljana
oklopni voz|satelit|satelita|lansiranje|sankcije|sankcija|rat u Ukrajini|Zaharova|Peskov|Lavrov|Medvedev|naoružanje
Путин встретился с Ким Чен Ыном|Северная Корея|Северной Корее|Восточный|космодром Восточный|Пхеньян|Пхеньяне
Владимир Владимирович|встреча на высшем уровне|вооружения|боеприпасы|спутник|ёлка|объявил|подъезд|съезд|Шойгу|Зеленский
Министерство обороны|Кремль|Дмитрий Песков|Сергей Лавров|Хабаровск|Владивосток|Комсомольск-на-Амуре|Приморье|эшелон|щит
Ким Чен Ын|Корейская Народно-Демократическая Республика|КНДР|США|НАТО|ООН|бронепоезд|переговоры|договорённость
Зеленський закликав|Північна Корея|Північної Кореї|Росія|російський|ґудзик|їжак|єдність|Київ|Києві|зброя|зброю|ракети
об'єднання|об’єднання|п'ять|м’яч|Україна|України|Путін|Путіна|Кім Чен Ин|зустріч|космодром|боєприпаси|Міністерство
Паўночная Карэя|Беларусь|ў|дзеянне|сустрэча|Мінск|Лукашэнка|зброя|Севернa Кореја|Скопје|Ѓорѓи|ќе|ѕвезда
Kim Jong Un hosts Putin|North Korea|North Korean|Pyongyang|Vostochny Cosmodrome|Putin's visit|Putin’s|Kim's|KIM JONG-UN
Russia-Korea treaty|arms deal|armoured train|artillery shells|satellite launch|sanctions|summit|summits|meeting|meetings
Shoigu|Zelenskyy|Zelensky|Prigozhin|Khabarovsk|Donetsk|Odessa|Odesa|Beijing|being|Wagner|Lukashenko|Volodymyr|Kyiv|Kiev
U.S. officials|U.N. Security Council|3.5 million|10,000 troops|2023-09-13|13.09.2023|12:30|50%|$3bn|€5|№ 7|A-10|F-16|MiG-29
e-mail@example.org|https://example.org/a?b=1|@newsroom|#KimPutin|C++|AT&T|rock'n'roll|o'clock|don't|l'équipe|co-op
Кiм з латинською i|Пyтин з латинською y|Cеверна с латиничним C|Poссия|Мocква|XВ|ВX|Tест|Kореја|Kремљ|Hовости|Pоссия
김정은 위원장|김정은은|김정은이|김정은의|푸틴 대통령|푸틴과|북한|러시아|평양에서|회담|정상회담|보스토치니 우주기지|조약에 서명했다
북러 정상회담|국무위원장|블라디미르 푸틴|협력을 강조했다|탄도미사일|조선민주주의인민공화국|ㄱㄴㄷ|서울 3호선|2023년 9월 13일
金正恩与普京举行会谈|金正恩|普京|朝鲜|俄罗斯|东方航天发射场|会谈|合作|平壤|条约|朝鲜民主主义人民共和国|北京|联合国安理会
习近平|乌克兰|制裁|9月13日|二〇二三年|中华人民共和国|卫星|弹药|王毅|外交部|ＡＢＣ１２３|Ｋｉｍ|金正恩Kim
プーチン大統領と金正恩氏が会談|プーチン|ボストーチヌイ宇宙基地|北朝鮮|平壤|ロシア|首脳会談|装甲列車|ミサイル|ｶﾀｶﾅ|ｷﾑ|々|東京
キム・ジョンウン|ウラジーミル|外務省|衛星|弾薬|安保理|ひらがな|ーー|サミット2023|九月十三日
Șoigu și Lavrov|întâlnire|Coreea de Nord|preşedinte|ţară|România|Łódź|żołnierz|źródło|Kijów|Putinowi|spotkanie|święto|ąęó
Präsident Putin|Nordkorea|Straße|GROẞ|Köln|Überfall|français|Corée du Nord|œuvre|naïve|São Paulo|niño|año|Ísland|þing|ðað
İstanbul|ılık|Kuzey Kore|görüşme|Čukotka|Đorđe|đak|dj|Žukov|ŠOJGU|ŽELJA|Ćosić|Njegoš|NJEGOŠ|Ljiljana|LJILJANA|ǆep|ǉubav
Северен Кореј|Севернa|Пу́тин|Ки́м|café|café|naïve|й|й|ё|ё|Ї|Ї
Putin\u00ada|Пу\u00adтин|Kim\u200bJong|Kim\u200dUn|zero\u200cwidth|a\u0301e\u0301|\u2019s|x\u2019s|'s|’|“Ким”|«Путин»|„Kim“
1|12|123|1.5|1,5|1;5|1:5|a1|1a|a.b|a:b|a·b|a_b|_a|a_|a-b|a/b|a'b|a’b|a"b|…|—|!|?|©|™|²|½|①|Ⅳ|№
😀|Kim 😀 Putin|🇷🇸|👨‍👩‍👧|❤️|✈|☀️|♥|→|★
सम्मेलन|مؤتمر|القمة الروسية|פגישה|ประชุม|συνάντηση|Σίσυφος|Οδυσσέας|Պուտին|პუტინი|Người|Việt Nam|Đắk Lắk
a e i o u|un|una|Una|Uni|ime|oko|ok|sam|ali|bez|bio|je|su|na|u|i|a|в|и|с|о|к|у
aaa|bbb|Mississippi|coffee|www|xxx|book|bookkeeper|kkk|llama|Nabiullina|succeed|success
odlazak|odlaska|otac|oca|pas|psa|konac|konca|lovac|lovca|vrabac|dobar|dobra|orao|orla|konec|конец|конца|отец|отца
Putin Putina Putinu Putine Putinom|Путин Путина Путину Путине Путином|Кореја Кореје Кореји Кореју Корејом
najnoviji|najbolje|naivan|zvaničnici|zvaničnik|sredstava|sredstva|людзі|годзе|predsjednik|predsednik|vrijeme|vijeće|Sjeverna|Танјуг|конјункција|инјекција|Kijev
русскую|северную|planiruju|highest|protest|virus|viruses|Беларусь|Беларусі|гадоў|process|processes|problemima|космодроме
kosmodroma|Donbasa|Гаспрома|satelita|samita|Pekinga|kore|koreom|sluca|slučaju|процессы|folklor|folov|following|Русије|Росією|Косова|Ђинпинга|русо|rush|Indijom|Guterres
a\u0323北京|北\u0301京|金正恩’s|김정은’s|ﾌﾟーチン|ｷﾑ・ｼﾞｮﾝ|金ﾌﾟ|プﾟ|한3호|한_|한.국|北한국Ab
Корея Кореи Корее Корею Кореей|Корея Кореї Кореєю|Korea Koreas Korean Koreans Korea's
"""

WORDS = [text for line in _LINES.strip().splitlines() for text in line.split("|") if text]
