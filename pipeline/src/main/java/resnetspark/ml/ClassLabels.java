package resnetspark.ml;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.sql.types.StructField;

/**
 * The labels of a DataFrame and which of them a network knows.
 *
 * @param names of the labels 0, 1, …
 * @param outputs the label of each of the network's outputs; labels without training images have none
 */
record ClassLabels(List<String> names, List<Integer> outputs) implements Serializable {

    ClassLabels {
        names = List.copyOf(names);
        outputs = List.copyOf(outputs);
    }

    /** Every label has its output. */
    static ClassLabels of(List<String> names) {
        return new ClassLabels(names, IntStream.range(0, names.size()).boxed().toList());
    }

    /**
     * Names of the labels 0, 1, …: those in the column's metadata, as {@code StringIndexer} writes them, else the numbers.
     *
     * @param largest label of the column
     * @throws IllegalArgumentException if the metadata names fewer labels than there are
     */
    static List<String> names(StructField labelColumn, int largest) {
        int count = largest + 1;
        Attribute attribute = Attribute.fromStructField(labelColumn);
        if (attribute instanceof NominalAttribute nominal) {
            if (nominal.values().isDefined()) {
                List<String> names = List.of(nominal.values().get());
                if (names.size() < count) {
                    throw new IllegalArgumentException("The label column %s has %d as a label but names for only %d"
                            .formatted(labelColumn.name(), largest, names.size()));
                }
                return names;
            }
            if (nominal.getNumValues().isDefined()) {
                count = Math.max(count, (Integer) nominal.getNumValues().get());
            }
        }
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    int count() {
        return names.size();
    }

    /** Values of the network's outputs spread over all labels, {@code missing} for those it does not know. */
    double[] spread(double[] values, double missing) {
        double[] all = new double[count()];
        java.util.Arrays.fill(all, missing);
        for (int i = 0; i < values.length; i++) {
            all[outputs.get(i)] = values[i];
        }
        return all;
    }
}
