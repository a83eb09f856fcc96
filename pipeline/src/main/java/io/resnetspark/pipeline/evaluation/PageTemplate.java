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
 * Makes pages: one HTML file that carries its style, its scripts (ECharts among them) and its data, and fetches nothing.
 * The browser builds everything from the data with text nodes, so no label or path is ever parsed as HTML.
 */
public final class PageTemplate {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)}}");

    private PageTemplate() {}

    /**
     * A page.
     *
     * @param headExtra HTML for the head
     * @param scripts resources of {@code page/}, in the order they must run
     * @param data what the scripts draw
     */
    public static String render(String title, String headExtra, List<String> scripts, JsonNode data) {
        StringBuilder program = new StringBuilder();
        for (String name : scripts) {
            program.append("<script>\n").append(resource(name)).append("\n</script>\n");
        }
        Map<String, String> parts = Map.of(
                "head", headExtra,
                "title", escaped(title),
                "style", resource("style.css"),
                "scripts", program.toString(),
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

    private static String resource(String name) {
        try (InputStream in = PageTemplate.class.getResourceAsStream("page/" + name)) {
            if (in == null) {
                throw new IllegalStateException("The page's " + name + " is missing on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the page's " + name, e);
        }
    }
}
