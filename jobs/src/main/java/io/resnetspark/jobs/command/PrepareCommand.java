package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.Overrides;
import io.resnetspark.jobs.cli.SectionOption;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.prepare.PrepareJob;
import io.resnetspark.pipeline.dataset.prepare.PrepareOutcome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code resnet prepare}: images into a versioned dataset. */
@Command(
        name = "prepare",
        description = "Reads labelled images into a dataset: decoded, deduplicated, split. Run again with more images, "
                + "it appends a version with what is new.",
        footer = {
            "",
            "Example: resnet prepare --input photos/ --format image-folder --image-size 256 --output data/photos"
        })
final class PrepareCommand extends JobCommand {

    @Option(names = "--input", paramLabel = "PATH", description = "Folder (for Parquet: or file) of the source.")
    @Overrides("prepare.input")
    private String input;

    @Option(names = "--format", paramLabel = "FORMAT", description = "image-folder, cifar10, cifar100, idx or parquet.")
    @Overrides("prepare.format")
    private String format;

    @Option(names = "--output", paramLabel = "DATASET", description = "Directory of the dataset to create or extend.")
    @Overrides("prepare.output")
    private String output;

    @Option(
            names = "--image-size",
            paramLabel = "PIXELS",
            converter = ImageSize.Parser.class,
            description = "Store images with a shorter side of so many pixels; without it they keep their size.")
    @Overrides("prepare.resize")
    private ImageSize imageSize;

    @Option(
            names = "--resize",
            paramLabel = "RULE",
            description = "With --image-size: shorter-side (default), or exact to make every image a square.")
    @Overrides("prepare.resize.rule")
    private String resize;

    @Option(names = "--channels", paramLabel = "N", description = "3 to store colour (default), 1 for grey.")
    @Overrides("prepare.channels")
    private Integer channels;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            converter = Split.Parser.class,
            description = "train=0.8,val=0.1,test=0.1 to split by content whatever the source says; source (default) "
                    + "for the source's own folders or files.")
    @Overrides("prepare.split")
    private Split split;

    @Option(
            names = "--max-rejected-fraction",
            paramLabel = "FRACTION",
            description = "Fail with exit code 3 if more of the images than this are unusable, 0 to 1.")
    @Overrides("prepare.max-rejected-fraction")
    private Double maxRejectedFraction;

    record ImageSize(int pixels) implements SectionOption {

        @Override
        public Map<String, Object> keys() {
            return Map.of("rule", "shorter-side", "size-pixels", pixels);
        }

        static final class Parser implements ITypeConverter<ImageSize> {
            @Override
            public ImageSize convert(String text) {
                return new ImageSize(Integer.parseInt(text));
            }
        }
    }

    record Split(Map<String, Object> keys) implements SectionOption {

        static final class Parser implements ITypeConverter<Split> {
            @Override
            public Split convert(String text) {
                if (text.equals("source")) {
                    return new Split(Map.of("from", "source"));
                }
                Map<String, Object> keys = new LinkedHashMap<>(Map.of("from", "hash", "train", 0, "val", 0, "test", 0));
                for (String part : text.split(",")) {
                    String[] nameAndFraction = part.split("=", 2);
                    if (nameAndFraction.length != 2 || !keys.containsKey(nameAndFraction[0])) {
                        throw new TypeConversionException(
                                "'%s' is neither source nor like train=0.8,val=0.1,test=0.1".formatted(text));
                    }
                    keys.put(nameAndFraction[0], nameAndFraction[1]);
                }
                return new Split(keys);
            }
        }
    }

    @Override
    protected Optional<String> outputDirectory() {
        return Optional.ofNullable(output);
    }

    @Override
    protected Conclusion run(Job job) throws Exception {
        PrepareConfig config = job.config().bind("prepare", PrepareConfig.class);
        job.checkInput(config.input());
        job.checkStorage(config.output());
        PrepareOutcome outcome = job.step("prepare", () -> PrepareJob.run(job.sparkWithoutDevice(), config));
        job.output("dataset", outcome.dataset());
        return Conclusion.done(String.join(System.lineSeparator(), outcome.describe()));
    }
}
