package io.resnetspark.jobs.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandBlockTest {

    @TempDir
    Path folder;

    private List<CommandBlock> blocks(String document) throws IOException {
        return CommandBlock.of(Files.writeString(folder.resolve("page.md"), document));
    }

    @Test
    void commandsAreTakenFromBothKindsOfBlocks() throws IOException {
        List<CommandBlock> blocks = blocks("""
                Text
                ```bash
                bin/resnet doctor
                ```
                ```
                a picture
                ```
                <!-- not run: needs a GPU -->
                ```console
                $ bin/resnet train \\
                    --epochs 1
                epoch 1/1
                $ ls
                ```
                """);
        assertThat(blocks)
                .containsExactly(
                        new CommandBlock(folder.resolve("page.md"), 2, "bin/resnet doctor", Optional.empty()),
                        new CommandBlock(
                                folder.resolve("page.md"),
                                9,
                                "bin/resnet train \\\n    --epochs 1\nls\n",
                                Optional.of("needs a GPU")));
    }

    @Test
    void commandsInOtherBlocksAreRefused() {
        for (String command : List.of("bin/resnet doctor", "$ ./mvnw verify", "SPARK_HOME=/x bin/resnet train")) {
            assertThatThrownBy(() -> blocks("```\n" + command + "\n```"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("page.md:1 holds commands");
        }
    }

    @Test
    void theDocumentsNameTheLanguageOfTheirCommands() throws IOException {
        for (Path document : CommandBlock.documents(Path.of(".."))) {
            CommandBlock.of(document);
        }
    }
}
