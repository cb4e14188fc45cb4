/*
 * For tests only. The server's published test artifact lacks the module analysis-common; this stands in for the parts of it
 * that our index template uses, under their stock names and parameters, on Lucene's own classes:
 *   char filter mapping; token filters pattern_replace, keep_types, cjk_width, cjk_bigram.
 * It registers nothing that a stock server doesn't have. A user's server needs none of this.
 */
package wirewatch;

import java.io.Reader;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.core.TypeTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

public class WirewatchFilters extends Plugin implements AnalysisPlugin {
    @Override
    public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
        return Map.of("mapping", AnalysisPlugin.requiresAnalysisSettings((index, env, name, settings) -> {
            NormalizeCharMap.Builder builder = new NormalizeCharMap.Builder();
            for (String rule : settings.getAsList("mappings")) {
                int arrow = rule.lastIndexOf("=>");
                builder.add(unescaped(rule.substring(0, arrow).trim()), unescaped(rule.substring(arrow + 2).trim()));
            }
            NormalizeCharMap map = builder.build();
            return new NormalizingCharFilterFactory() {
                public String name() { return name; }
                public Reader create(Reader reader) { return new MappingCharFilter(map, reader); }
            };
        }));
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return Map.of(
            "pattern_replace", AnalysisPlugin.requiresAnalysisSettings((index, env, name, settings) -> {
                Pattern pattern = Pattern.compile(settings.get("pattern"));
                String replacement = settings.get("replacement", "");
                return normalizing(name, in -> new PatternReplaceFilter(in, pattern, replacement, true));
            }),
            "keep_types", AnalysisPlugin.requiresAnalysisSettings((index, env, name, settings) -> {
                Set<String> types = new HashSet<>(settings.getAsList("types"));
                boolean include = settings.get("mode", "include").equals("include");
                return plain(name, in -> new TypeTokenFilter(in, types, include));
            }),
            "cjk_width", (index, env, name, settings) -> normalizing(name, CJKWidthFilter::new),
            "cjk_bigram", (index, env, name, settings) -> plain(name, CJKBigramFilter::new)
        );
    }

    private static TokenFilterFactory plain(String name, UnaryOperator<TokenStream> make) {
        return new TokenFilterFactory() {
            public String name() { return name; }
            public TokenStream create(TokenStream in) { return make.apply(in); }
        };
    }

    private static TokenFilterFactory normalizing(String name, UnaryOperator<TokenStream> make) {
        return new NormalizingTokenFilterFactory() {
            public String name() { return name; }
            public TokenStream create(TokenStream in) { return make.apply(in); }
        };
    }

    private static String unescaped(String text) {
        StringBuilder made = new StringBuilder();
        for (int n = 0; n < text.length(); n++) {
            if (text.startsWith("\\u", n)) {
                made.append((char) Integer.parseInt(text.substring(n + 2, n + 6), 16));
                n += 5;
            } else {
                made.append(text.charAt(n));
            }
        }
        return made.toString();
    }
}
