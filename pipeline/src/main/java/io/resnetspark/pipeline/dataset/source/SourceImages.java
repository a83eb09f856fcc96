package io.resnetspark.pipeline.dataset.source;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The images of a source, not yet read.
 *
 * @param rows one row per image, of {@link #SCHEMA}
 * @param fixedClasses classes the source defines, in its order: they are in the class index with or without images
 * @param classFolders classes the source has a place for: one without a usable image is worth a warning
 * @param leftOut files that are no images and were not looked at, by the rule that leaves them out
 * @param notes what the user should know of the source
 * @param bytes about how many bytes the source holds
 */
public record SourceImages(
        Dataset<Row> rows,
        List<String> fixedClasses,
        List<String> classFolders,
        Map<String, Long> leftOut,
        List<String> notes,
        long bytes) {

    private static final int SHOWN = 5;

    /**
     * {@code origin}: file, or file and record. {@code label_name}: class, null when unknown. {@code source_split}: name
     * of a {@link io.resnetspark.pipeline.dataset.Split}, null when the source has none. {@code content}: an encoded
     * image where {@code raw_channels} is 0, else pixels {@code [raw_height, raw_width, raw_channels]}. {@code reason}
     * and {@code detail}: why the source itself rejects the image, null when it does not. {@code weight}: how much it counts
     * in training, null when the source does not say.
     */
    public static final StructType SCHEMA = new StructType()
            .add("origin", DataTypes.StringType, false)
            .add("label_name", DataTypes.StringType)
            .add("source_split", DataTypes.StringType)
            .add("content", DataTypes.BinaryType)
            .add("raw_width", DataTypes.IntegerType, false)
            .add("raw_height", DataTypes.IntegerType, false)
            .add("raw_channels", DataTypes.IntegerType, false)
            .add("reason", DataTypes.StringType)
            .add("detail", DataTypes.StringType)
            .add("weight", DataTypes.FloatType);

    public SourceImages {
        fixedClasses = List.copyOf(fixedClasses);
        classFolders = List.copyOf(classFolders);
        leftOut = Map.copyOf(leftOut);
        notes = List.copyOf(notes);
    }

    /** A source without folders of its own. */
    static SourceImages of(Dataset<Row> rows, List<String> fixedClasses, List<String> notes, long bytes) {
        return new SourceImages(rows, fixedClasses, List.of(), Map.of(), notes, bytes);
    }

    /** The first few names of many, for a person. */
    public static String some(Collection<String> names) {
        String first = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return names.size() <= SHOWN ? first : "%s and %d more".formatted(first, names.size() - SHOWN);
    }
}
