package dev.inferencekey.server.runtime.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineSandboxTest {
    @TempDir
    Path folder;

    private EngineSandbox sandbox(Path engines) {
        return new EngineSandbox(EngineIsolation.NONE, folder, engines, Map.of());
    }

    @Test
    void modelServersThatStartAtTheSameTimeShareTheFoldersThatTheyHaveInCommon() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 200; round++) {
                EngineSandbox sandbox = sandbox(Files.createDirectory(folder.resolve("engines-" + round)));
                CyclicBarrier start = new CyclicBarrier(4);
                List<Future<Path>> homes = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    homes.add(threads.submit(() -> {
                        start.await();
                        return sandbox.home("acme");
                    }));
                }
                for (Future<Path> home : homes) {
                    assertThat(home.get().getParent()).isDirectory();
                }
            }
        }
    }

    @Test
    void aFolderThatIsALinkIsNotUsed() throws IOException {
        Path engines = Files.createDirectory(folder.resolve("engines"));
        Files.createSymbolicLink(engines.resolve("homes"), Files.createDirectory(folder.resolve("elsewhere")));

        assertThatThrownBy(() -> sandbox(engines).home("acme")).isInstanceOf(FileAlreadyExistsException.class);
    }
}
