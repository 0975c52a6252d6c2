package dev.inferencekey.server.runtime.process;

import dev.inferencekey.server.runtime.isolation.EnginePlace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The part of the platform's environment that a model server gets: what programs need to run, find devices and fetch models. */
final class ChildEnvironment {
    private static final Set<String> NAMES = Set.of(
            "PATH",
            "LANG",
            "LANGUAGE",
            "TZ",
            "LD_LIBRARY_PATH",
            "DYLD_LIBRARY_PATH",
            "JAVA_HOME",
            "HF_HOME",
            "HF_HUB_CACHE",
            "HF_HUB_OFFLINE",
            "XDG_CACHE_HOME",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "http_proxy",
            "https_proxy",
            "no_proxy",
            "OLLAMA_MODELS");

    private static final List<String> PREFIXES = List.of("LC_", "CUDA_", "HIP_", "ROCR_", "NVIDIA_", "OMP_", "GGML_");

    /** What people set so that engines keep models where they want them. */
    private static final Set<String> FOLDERS = Set.of("HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME", "OLLAMA_MODELS");

    /** Programs ask who they are, and the platform's users for engines have no account. */
    private static final String USER = "engine";

    private ChildEnvironment() {}

    /** Folders that the platform's environment names for engines to write to. */
    static List<Path> folders(Map<String, String> platform) {
        return FOLDERS.stream()
                .filter(platform::containsKey)
                .map(name -> Path.of(platform.get(name)))
                .filter(folder -> folder.isAbsolute() && Files.isDirectory(folder))
                .toList();
    }

    /** Its home and temporary files are its own. */
    static Map<String, String> of(Map<String, String> platform, EnginePlace place) {
        Map<String, String> kept = of(platform);
        kept.put("HOME", place.home().toString());
        kept.put("TMPDIR", place.temporary().toString());
        kept.put("USER", USER);
        kept.put("LOGNAME", USER);
        return kept;
    }

    private static Map<String, String> of(Map<String, String> platform) {
        Map<String, String> kept = new HashMap<>(platform);
        kept.keySet()
                .removeIf(name -> !NAMES.contains(name) && PREFIXES.stream().noneMatch(name::startsWith));
        return kept;
    }
}
