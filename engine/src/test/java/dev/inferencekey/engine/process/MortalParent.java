package dev.inferencekey.engine.process;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A program that starts an engine, prints its process id once it is ready, and waits to be killed. */
final class MortalParent {
    private MortalParent() {}

    public static void main(String[] arguments) throws InterruptedException {
        EngineProcess engine = EngineProcess.start(Path.of(arguments[0]), Path.of(arguments[1]));
        System.out.println(engine.process().pid());
        new CountDownLatch(1).await();
    }
}
