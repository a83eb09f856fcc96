package io.resnetspark.pipeline.dataset.source;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.storage.InputFiles;
import io.resnetspark.pipeline.storage.InputFiles.Entry;
import io.resnetspark.pipeline.storage.InputFiles.Kind;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/**
 * Which folders of an input are classes, which are splits, told from folders alone. Archives often unpack into a folder that
 * holds nothing but the one that was meant: such wrappers, above the splits or within each, are passed through.
 *
 * @param places what is to be listed
 * @param notes what was concluded, for the user
 */
public record ImageFolderLayout(List<Place> places, List<String> notes) {

    /**
     * A folder whose files share class and split.
     *
     * @param label null for a folder above the class folders, of which only the files directly in it count
     * @param split null where the source has no splits
     */
    record Place(String folder, String label, Split split) implements Serializable {}

    /**
     * Looks at a folder of class folders.
     *
     * @throws ConfigurationException if there is none, it has no class folders, or nobody can tell what they are
     */
    public static ImageFolderLayout of(String input, Configuration hadoop) {
        return of(input, InputFiles.of(input, hadoop), hadoop);
    }

    static ImageFolderLayout of(String input, InputFiles files, Configuration hadoop) {
        return new Survey(input, InputFolder.checked(input, files, hadoop)).layout();
    }

    /** Names of the class folders. */
    public SortedSet<String> classes() {
        return places.stream()
                .map(Place::label)
                .filter(label -> label != null)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static final class Survey {

        private final String input;
        private final InputFolder folder;
        private final List<Place> places = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();

        Survey(String input, InputFolder folder) {
            this.input = input;
            this.folder = folder;
        }

        ImageFolderLayout layout() {
            String top = unwrapped(folder.path());
            List<Entry> folders = folders(top);
            Map<Entry, Split> splits = splits(folders);
            if (splits.isEmpty()) {
                folders.forEach(entry -> places.add(new Place(entry.path(), entry.name(), null)));
                checkClasses(folders);
            } else {
                splits.forEach(this::addSplit);
            }
            ImageFolderLayout layout = new ImageFolderLayout(List.copyOf(places), List.copyOf(notes));
            if (layout.classes().isEmpty()) {
                throw new ConfigurationException(
                        "%s holds no class folders; put the images of each class into a folder named after it"
                                .formatted(input));
            }
            return layout;
        }

        private void addSplit(Entry splitFolder, Split split) {
            String parent = splitFolder.path();
            places.add(new Place(parent, null, split));
            Optional<String> inner = wrapped(folder.list(parent));
            inner.ifPresent(within -> {
                notes.add("%s holds only %s, whose folders are taken for classes"
                        .formatted(shown(parent), shown(within)));
                places.add(new Place(within, null, split));
            });
            folders(inner.orElse(parent)).forEach(entry -> places.add(new Place(entry.path(), entry.name(), split)));
        }

        /** The folder that was meant, below any that hold nothing else. */
        private String unwrapped(String top) {
            places.add(new Place(top, null, null));
            List<Entry> entries = folder.list(top);
            List<Entry> folders = onlyFolders(entries);
            boolean isSplit = folders.size() == 1 && !splits(folders).isEmpty();
            Optional<String> inner = isSplit ? Optional.empty() : wrapped(entries);
            if (inner.isEmpty()) {
                return top;
            }
            notes.add("The input holds only %s; that is taken for the input".formatted(shown(inner.get())));
            return unwrapped(inner.get());
        }

        /** The only folder of one that has no files, if it has folders and no files itself. */
        private Optional<String> wrapped(List<Entry> entries) {
            List<Entry> folders = onlyFolders(entries);
            if (folders.size() != 1 || hasFiles(entries)) {
                return Optional.empty();
            }
            String only = folders.get(0).path();
            List<Entry> below = folder.list(only);
            return onlyFolders(below).isEmpty() || hasFiles(below) ? Optional.empty() : Optional.of(only);
        }

        private List<Entry> folders(String parent) {
            return onlyFolders(folder.list(parent));
        }

        private static List<Entry> onlyFolders(List<Entry> entries) {
            return entries.stream()
                    .filter(entry -> entry.is(Kind.FOLDER) && !InputFiles.isLitter(entry))
                    .toList();
        }

        private static boolean hasFiles(List<Entry> entries) {
            return entries.stream()
                    .anyMatch(
                            entry -> (entry.is(Kind.FILE) && !InputFiles.isLitter(entry)) || entry.is(Kind.UNREADABLE));
        }

        /** The splits that the top folders are, rather than classes; none if they are classes. */
        private Map<Entry, Split> splits(List<Entry> top) {
            Map<Entry, Split> splits = new LinkedHashMap<>();
            List<String> others = new ArrayList<>();
            for (Entry entry : top) {
                Optional<Split> split = Split.find(entry.name());
                if (split.isPresent() && !folders(entry.path()).isEmpty()) {
                    splits.put(entry, split.get());
                } else {
                    others.add(entry.name());
                }
            }
            if (splits.isEmpty()) {
                return splitsByAffix(top);
            }
            for (Entry entry : top) { // a split without images yet
                if (others.contains(entry.name())) {
                    Split.find(entry.name()).ifPresent(split -> splits.put(entry, split));
                }
            }
            others.removeIf(name -> Split.find(name).isPresent());
            if (!others.isEmpty()) {
                throw new ConfigurationException(
                        "%s mixes split folders %s with others %s; use one level of split folders, or none"
                                .formatted(
                                        input,
                                        splits.keySet().stream()
                                                .map(Entry::name)
                                                .toList(),
                                        others));
            }
            return splits;
        }

        /** Folders such as {@code seg_train} and {@code seg_test}: split names, all with the same addition. */
        private Map<Entry, Split> splitsByAffix(List<Entry> top) {
            Map<Entry, Split> splits = new LinkedHashMap<>();
            Set<String> affixes = new TreeSet<>();
            for (Entry entry : top) {
                String name = entry.name().toLowerCase(Locale.ROOT);
                for (String part : name.split("[_. -]")) {
                    Split.find(part).ifPresent(split -> {
                        splits.put(entry, split);
                        affixes.add(name.replaceFirst(part, "*"));
                    });
                }
            }
            boolean certain = splits.size() == top.size()
                    && top.size() > 1
                    && affixes.size() == 1
                    && EnumSet.copyOf(splits.values()).size() == splits.size()
                    && splits.containsValue(Split.TRAIN)
                    && splits.keySet().stream()
                            .noneMatch(entry -> folders(entry.path()).isEmpty());
            if (!certain) {
                return Map.of();
            }
            splits.forEach(
                    (entry, split) -> notes.add("%s is taken for the split %s".formatted(entry.name(), split.label())));
            return splits;
        }

        /** Folders called train and test that hold images are no classes that anybody means. */
        private void checkClasses(List<Entry> folders) {
            if (!folders.isEmpty()
                    && folders.stream()
                            .allMatch(entry -> Split.find(entry.name()).isPresent())) {
                throw new ConfigurationException(
                        "The folders %s of %s hold no class folders, so nothing says what their images show; put the images of each class into a folder named after it"
                                .formatted(folders.stream().map(Entry::name).toList(), input));
            }
        }

        private String shown(String path) {
            return path.substring(folder.path().length() + 1);
        }
    }
}
