package io.resnetspark.pipeline.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One HTML file that carries its style, its scripts and its data, and fetches nothing. The browser builds everything from
 * the data with text nodes, so no label or path is ever parsed as HTML.
 */
public final class SelfContainedPage {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)}}");

    private final String title;
    private final String fallback;
    private final List<String> scripts;
    private final String head;

    /**
     * @param title of the browser's window
     * @param fallback where the numbers are for readers without JavaScript
     * @param scripts in the order they run, after {@code dom.js}, the building blocks of all pages
     */
    public SelfContainedPage(String title, String fallback, String... scripts) {
        this(title, fallback, List.of(scripts), "");
    }

    private SelfContainedPage(String title, String fallback, List<String> scripts, String head) {
        this.title = title;
        this.fallback = fallback;
        this.scripts = scripts;
        this.head = head;
    }

    /** This page, loaded again by the browser after so many seconds. */
    public SelfContainedPage reloadingEvery(int seconds) {
        return new SelfContainedPage(
                title, fallback, scripts, "<meta http-equiv=\"refresh\" content=\"%d\">".formatted(seconds));
    }

    /** The HTML with this data. */
    public String render(JsonNode data) {
        StringBuilder all = new StringBuilder();
        all.append("<script>\n").append(resource("dom.js")).append("\n</script>\n");
        for (String script : scripts) {
            all.append("<script>\n").append(script).append("\n</script>\n");
        }
        Map<String, String> parts = Map.of(
                "head", head,
                "title", escaped(title),
                "fallback", escaped(fallback),
                "style", resource("style.css"),
                "scripts", all.toString(),
                "data", embeddable(ReportJson.compact(data)));
        // One pass, so that nothing in a part is taken for a placeholder.
        return PLACEHOLDER
                .matcher(resource("template.html"))
                .replaceAll(match -> Matcher.quoteReplacement(parts.get(match.group(1))));
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

    static String resource(String name) {
        try (InputStream in = SelfContainedPage.class.getResourceAsStream("page/" + name)) {
            if (in == null) {
                throw new IllegalStateException("The page's " + name + " is missing on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the page's " + name, e);
        }
    }
}
