package io.resnetspark.bench.workload;

import io.resnetspark.model.ResNetSpec;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Networks of DL4J's own layers for other benchmarks than the side-by-side one. */
public final class StockNetworks {

    private StockNetworks() {}

    /** Has DL4J use its oneDNN helpers; to be called before anything of DL4J is. */
    public static void allowHelpers() {
        System.setProperty("org.eclipse.deeplearning4j.helpers.disable", "false");
    }

    /** @throws IllegalStateException if the helpers did not load, which would pass as slowness */
    public static ComputationGraph withHelpers(ResNetSpec spec) {
        StockDl4j.requireHelpers();
        ComputationGraph network = new ComputationGraph(StockGraph.configuration(spec));
        network.init();
        return network;
    }
}
