package dev.inferencekey.engine.llama;

import de.kherud.llama.LlamaModel;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.jar.JarEntry;
import org.jspecify.annotations.Nullable;

/**
 * llama.cpp's shared library, unpacked from the binding's jar once per machine.
 *
 * <p>The binding by itself unpacks its 6 MB at each start over the same name, which two starting engines could see
 * half-written, deletes every file of that folder whose name starts with {@code llama}, and prints to standard output.
 * So it is told where a finished copy lies, and gets an empty folder to tidy. Copies are named by their checksum and
 * moved into place whole: many engines, also of different versions, may share one folder.
 */
final class NativeLibrary {
    /** The binding's own property; read for the folder to keep the library in, then pointed at an empty one. */
    static final String FOLDER_PROPERTY = "de.kherud.llama.tmpdir";

    private static final String PATH_PROPERTY = "de.kherud.llama.lib.path";

    private NativeLibrary() {}

    /**
     * Loads the library into this process, from the folder of {@link #FOLDER_PROPERTY} or, without it, from a private
     * temporary copy that is deleted again. Called once, before the binding is used otherwise.
     *
     * @throws ModelLoadException if this machine's system is not one that the jar has a library for, or the folder
     *     cannot be written
     */
    static void load() {
        String resource = "/de/kherud/llama/" + platform() + "/" + System.mapLibraryName("jllama");
        URL source = LlamaModel.class.getResource(resource);
        if (source == null) {
            throw new ModelLoadException("The embedded llama.cpp has no build for " + platform()
                    + "; install llama-server and put it on the PATH.");
        }
        String keep = System.getProperty(FOLDER_PROPERTY);
        try {
            if (keep == null) {
                Path folder = Files.createTempDirectory("inferencekey-engine-");
                Path library = unpack(source, folder);
                initialize(folder);
                Files.deleteIfExists(library);
                Files.deleteIfExists(folder.resolve("empty"));
                Files.deleteIfExists(folder);
            } else {
                Path folder = Path.of(keep).resolve(versionOf(source));
                Files.createDirectories(folder);
                unpack(source, folder);
                initialize(folder);
            }
        } catch (IOException e) {
            throw new ModelLoadException("llama.cpp's library cannot be unpacked ("
                    + e.getClass().getSimpleName() + "); check the folder given with -D" + FOLDER_PROPERTY
                    + " and its free space.");
        }
    }

    private static void initialize(Path folder) throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        System.setProperty(PATH_PROPERTY, folder.toString());
        System.setProperty(FOLDER_PROPERTY, empty.toString());
        try {
            Class.forName(LlamaModel.class.getName());
        } catch (ClassNotFoundException | LinkageError e) {
            throw new ModelLoadException("llama.cpp's library does not load on this system (" + e.getMessage()
                    + "); install llama-server and put it on the PATH.");
        }
    }

    private static Path unpack(URL source, Path folder) throws IOException {
        Path library = folder.resolve(System.mapLibraryName("jllama"));
        if (Files.exists(library)) {
            return library;
        }
        Path part = Files.createTempFile(folder, "unpack-", ".part");
        try (InputStream in = source.openStream()) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, library, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
        return library;
    }

    private static String versionOf(URL source) throws IOException {
        URLConnection connection = source.openConnection();
        if (connection instanceof JarURLConnection jar) {
            @Nullable JarEntry entry = jar.getJarEntry();
            if (entry != null) {
                return "jllama-%08x-%d".formatted(entry.getCrc(), entry.getSize());
            }
        }
        throw new IOException("the binding is not in a jar");
    }

    private static String platform() {
        String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String system = name.contains("win") ? "Windows" : name.contains("mac") ? "Mac" : "Linux";
        String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return system + "/" + (machine.equals("amd64") ? "x86_64" : machine);
    }
}
