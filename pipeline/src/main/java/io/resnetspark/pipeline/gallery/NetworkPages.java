package io.resnetspark.pipeline.gallery;

import io.resnetspark.model.NetworkTable;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.pipeline.page.SelfContainedPage;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** A page for each network, and one that lists them. */
public final class NetworkPages {

    private static final String INDEX = "index.html";
    private static final List<SelfContainedPage.Script> SCRIPTS = Stream.concat(
                    SelfContainedPage.ELEMENTS.stream(),
                    Stream.of(
                            new SelfContainedPage.Script(NetworkPages.class, "graph.js"),
                            new SelfContainedPage.Script(NetworkPages.class, "network.js")))
            .toList();

    private NetworkPages() {}

    /** The page of one network, as HTML. */
    public static String page(ResNetSpec spec) {
        Map<String, Object> data = new LinkedHashMap<>(facts(spec, NetworkTable.of(spec)));
        data.put("rows", NetworkTable.of(spec).rows());
        return html(spec.architecture(), data);
    }

    /**
     * Writes a page for each network and {@value #INDEX}.
     *
     * @return path of the index
     */
    public static String writeAll(AtomicStore directory, List<ResNetSpec> specs) {
        specs.forEach(spec -> directory.replaceText(fileName(spec), page(spec)));
        List<Map<String, Object>> networks = specs.stream()
                .map(spec -> {
                    Map<String, Object> facts = new LinkedHashMap<>(facts(spec, NetworkTable.of(spec)));
                    facts.put("file", fileName(spec));
                    return facts;
                })
                .toList();
        directory.replaceText(INDEX, html("Networks", Map.of("networks", networks)));
        return directory.path(INDEX).toString();
    }

    private static String fileName(ResNetSpec spec) {
        return spec.architecture().replaceAll("[^A-Za-z0-9.-]", "-") + ".html";
    }

    private static String html(String title, Map<String, Object> data) {
        return new SelfContainedPage(title, "", SCRIPTS, JsonDocument.tree(data), "what resnet inspect prints").html();
    }

    private static Map<String, Object> facts(ResNetSpec spec, NetworkTable table) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("name", spec.architecture());
        facts.put("block", spec.block().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        facts.put("shortcut", spec.shortcut().name().toLowerCase(Locale.ROOT));
        facts.put("input", List.of(spec.inputSize(), spec.inputSize(), spec.channels()));
        facts.put("classes", spec.classes());
        facts.put("blocks", spec.blocks());
        facts.put("widths", spec.widths());
        facts.put("parameters", table.parameters());
        facts.put("multiply_accumulates", table.multiplyAccumulates());
        return facts;
    }
}
