package io.resnetspark.spark35;

import io.resnetspark.spark35.ClassFile.Member;
import io.resnetspark.spark35.ClassFile.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Resolves what classes refer to on a class path of jars, as a JVM would, without loading anything. */
final class Linker implements AutoCloseable {

    private final List<JarFile> jars = new ArrayList<>();
    private final Map<String, JarFile> jarsByClass = new HashMap<>();
    private final Map<String, Optional<ClassFile>> read = new HashMap<>();

    /** @param classPath jars, and folders of jars */
    Linker(List<Path> classPath) throws IOException {
        for (Path entry : classPath) {
            if (Files.isDirectory(entry)) {
                try (Stream<Path> inside = Files.list(entry)) {
                    for (Path jar : inside.sorted().toList()) {
                        add(jar);
                    }
                }
            } else {
                add(entry);
            }
        }
    }

    private void add(Path path) throws IOException {
        JarFile jar = new JarFile(path.toFile());
        jars.add(jar);
        jar.stream()
                .map(JarEntry::getName)
                .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/"))
                .forEach(name -> jarsByClass.putIfAbsent(name.substring(0, name.length() - 6), jar));
    }

    List<String> classes(Predicate<String> which) {
        return jarsByClass.keySet().stream().filter(which).sorted().toList();
    }

    Optional<ClassFile> find(String name) {
        return read.computeIfAbsent(name, wanted -> {
            try (InputStream in = open(wanted + ".class")) {
                return in == null ? Optional.empty() : Optional.of(ClassFile.read(in));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private InputStream open(String file) throws IOException {
        JarFile jar = jarsByClass.get(file.substring(0, file.length() - 6));
        return jar == null
                ? ClassLoader.getPlatformClassLoader().getResourceAsStream(file)
                : jar.getInputStream(jar.getJarEntry(file));
    }

    /** What of a class cannot be linked; empty if it would run. */
    List<String> problems(ClassFile file) {
        List<String> problems = new ArrayList<>();
        file.classes().stream()
                .filter(name -> find(name).isEmpty())
                .forEach(name -> problems.add("%s: no class %s".formatted(file.name(), name)));
        file.references().stream()
                .filter(reference -> !resolves(reference))
                .forEach(reference -> problems.add("%s: no %s".formatted(file.name(), reference)));
        return problems;
    }

    private boolean resolves(Reference reference) {
        // Arrays have Object's methods; those of method handles fit any call.
        return reference.owner().startsWith("[")
                || reference.owner().startsWith("java/lang/invoke/")
                || find(reference.owner()).isEmpty() // said once, as a class
                || inherited(reference.owner(), reference);
    }

    private boolean inherited(String owner, Reference reference) {
        return find(owner)
                .map(file -> file.declares(reference.name(), reference.descriptor())
                        || file.supertypes().stream().anyMatch(type -> inherited(type, reference)))
                .orElse(false);
    }

    /**
     * Methods that a class means to override, or has to, and does not: a supertype has one of the same name and parameters
     * with another result, or an abstract one that nothing implements.
     *
     * @param supertypes which of its supertypes count
     */
    List<String> notOverridden(ClassFile file, Predicate<String> supertypes) {
        List<String> problems = new ArrayList<>();
        List<ClassFile> above = above(file);
        for (ClassFile type : above) {
            if (!supertypes.test(type.name())) {
                continue;
            }
            for (Member method : type.members()) {
                if (!method.isMethod() || !method.canBeOverridden()) {
                    continue;
                }
                boolean meant = file.members().stream()
                        .anyMatch(own -> own.isMethod()
                                && own.canBeOverridden()
                                && own.name().equals(method.name())
                                && own.parameters().equals(method.parameters()));
                if (meant && !file.declares(method.name(), method.descriptor())) {
                    problems.add("%s does not override %s.%s%s"
                            .formatted(file.name(), type.name(), method.name(), method.descriptor()));
                }
                if (!file.isAbstract() && method.isAbstract() && !implemented(file, above, method)) {
                    problems.add("%s does not implement %s.%s%s"
                            .formatted(file.name(), type.name(), method.name(), method.descriptor()));
                }
            }
        }
        return problems;
    }

    private static boolean implemented(ClassFile file, List<ClassFile> above, Member method) {
        return Stream.concat(Stream.of(file), above.stream())
                .flatMap(type -> type.members().stream())
                .anyMatch(candidate -> !candidate.isAbstract()
                        && candidate.name().equals(method.name())
                        && candidate.descriptor().equals(method.descriptor()));
    }

    private List<ClassFile> above(ClassFile file) {
        Map<String, ClassFile> all = new HashMap<>();
        List<String> open = new ArrayList<>(file.supertypes());
        while (!open.isEmpty()) {
            String name = open.remove(open.size() - 1);
            find(name)
                    .filter(type -> all.putIfAbsent(name, type) == null)
                    .ifPresent(type -> open.addAll(type.supertypes()));
        }
        return List.copyOf(all.values());
    }

    @Override
    public void close() throws IOException {
        for (JarFile jar : jars) {
            jar.close();
        }
    }
}
