package io.resnetspark.pipeline.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One HTML file that carries its style, its scripts and its data, and fetches nothing. The browser builds everything from
 * the data with text nodes, so no label or path is ever parsed as HTML.
 *
 * @param title of the window
 * @param headExtra further elements of the head, as HTML
 * @param scripts in the order they must run
 * @param data what the scripts read
 * @param files where the numbers are too, for readers without JavaScript
 */
public record SelfContainedPage(String title, String headExtra, List<Script> scripts, JsonNode data, String files) {

    /** In the template, before the data. */
    private static final String DATA = "<script type=\"application/json\" id=\"data\">";

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)}}");

    /** A script among a class's resources, in the folder {@code page} beside it. */
    public record Script(Class<?> owner, String name) {}

    /** What charts need, before a page's own scripts. */
    public static final List<Script> CHARTS =
            scripts(SelfContainedPage.class, "echarts.common.min.js", "dom.js", "charts.js");

    /** A page's head: what it is about, and figures in a row. */
    public static final List<Script> HEADER = scripts(SelfContainedPage.class, "header.js");

    /** What every page needs, before its own scripts. */
    public static final List<Script> ELEMENTS = scripts(SelfContainedPage.class, "dom.js");

    /** Scripts of one owner, in the order they must run. */
    public static List<Script> scripts(Class<?> owner, String... names) {
        return Stream.of(names).map(name -> new Script(owner, name)).toList();
    }

    /** An element of the head that makes the browser load the page again after so many seconds. */
    public static String refreshing(int seconds) {
        return "<meta http-equiv=\"refresh\" content=\"%d\">".formatted(seconds);
    }

    /** The data of a page, as its scripts read it; nothing if it is no such page. */
    public static JsonNode data(String html) {
        int start = html.indexOf(DATA);
        int end = html.indexOf("</script>", start);
        return start < 0 || end < 0
                ? MissingNode.getInstance()
                : JsonDocument.parse(html.substring(start + DATA.length(), end), "the page");
    }

    /** The file. */
    public String html() {
        StringBuilder sources = new StringBuilder();
        for (Script script : scripts) {
            sources.append("<script>\n").append(resource(script)).append("\n</script>\n");
        }
        Map<String, String> parts = Map.of(
                "head", headExtra,
                "title", escaped(title),
                "style", resource(new Script(SelfContainedPage.class, "style.css")),
                "scripts", sources.toString(),
                "files", escaped(files),
                "data", embeddable(data.toString()));
        String template = resource(new Script(SelfContainedPage.class, "template.html"));
        StringBuilder page = new StringBuilder();
        int from = 0;
        // One pass, so that nothing in a part is taken for a placeholder. Parts are long: replaceAll would be slow.
        for (Matcher match = PLACEHOLDER.matcher(template); match.find(); from = match.end()) {
            page.append(template, from, match.start()).append(parts.get(match.group(1)));
        }
        return page.append(template, from, template.length()).toString();
    }

    /** JSON that an HTML parser reads as plain text up to the closing tag: no {@code <} means no tag and no comment. */
    private static String embeddable(String json) {
        return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String resource(Script script) {
        try (InputStream in = script.owner().getResourceAsStream("page/" + script.name())) {
            if (in == null) {
                throw new IllegalStateException("The page's " + script.name() + " is missing on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the page's " + script.name(), e);
        }
    }
}
