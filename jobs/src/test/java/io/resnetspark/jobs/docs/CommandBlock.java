package io.resnetspark.jobs.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A block of commands in a Markdown document: fenced as {@code bash}, or as {@code console}, where commands follow a
 * {@code $} and what they print lies between. A comment {@code <!-- not run: REASON -->} just before a block says why a test
 * cannot run it.
 *
 * @param document where it stands
 * @param line of its fence, from 1
 * @param script its commands for bash
 * @param notRun why it is not run, if it is not
 */
record CommandBlock(Path document, int line, String script, Optional<String> notRun) {

    private static final Pattern FENCE = Pattern.compile("```(.*)");
    private static final Pattern NOT_RUN = Pattern.compile("<!-- not run: (.+) -->");
    private static final Pattern COMMAND = Pattern.compile(
            "(\\$ )?([A-Z_]+=\\S+ )*(bin/resnet|\\./mvnw|spark-submit|spark-shell|bench/\\S+\\.sh) +\\S*\\w.*");

    /** The project's documents, in the order in which a newcomer reads and runs them. */
    static List<Path> documents(Path root) throws IOException {
        List<Path> documents = new ArrayList<>(
                List.of(root.resolve("README.md"), root.resolve("docs/tutorial.md"), root.resolve("docs/weights.md")));
        try (Stream<Path> pages = Files.list(root.resolve("docs"))) {
            pages.filter(page -> page.toString().endsWith(".md") && !documents.contains(page))
                    .sorted()
                    .toList()
                    .forEach(documents::add);
        }
        return documents;
    }

    /**
     * All of a document, in order.
     *
     * @throws IllegalArgumentException if commands stand in a block of another language, where nobody would run them
     */
    static List<CommandBlock> of(Path document) throws IOException {
        List<CommandBlock> blocks = new ArrayList<>();
        List<String> lines = Files.readAllLines(document);
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (!fence.matches()) {
                continue;
            }
            int start = i++;
            List<String> content = new ArrayList<>();
            while (!lines.get(i).equals("```")) {
                content.add(lines.get(i++));
            }
            String language = fence.group(1).strip();
            if (language.equals("bash") || language.equals("console")) {
                Matcher notRun = NOT_RUN.matcher(start == 0 ? "" : lines.get(start - 1));
                blocks.add(new CommandBlock(
                        document,
                        start + 1,
                        language.equals("bash") ? String.join("\n", content) : commands(content),
                        notRun.matches() ? Optional.of(notRun.group(1)) : Optional.empty()));
            } else if (content.stream().anyMatch(line -> COMMAND.matcher(line).matches())) {
                throw new IllegalArgumentException(
                        "%s:%d holds commands: name its language, bash or console".formatted(document, start + 1));
            }
        }
        return blocks;
    }

    /** What follows a prompt, with the lines that a backslash adds to it. */
    private static String commands(List<String> lines) {
        StringBuilder script = new StringBuilder();
        boolean continued = false;
        for (String line : lines) {
            if (continued || line.startsWith("$ ")) {
                String command = continued ? line : line.substring(2);
                script.append(command).append('\n');
                continued = command.endsWith("\\");
            }
        }
        return script.toString();
    }
}
