package dev.inferencekey.server.runtime.process;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The part of the platform's environment that a model server gets: what programs need to run, find devices and fetch models. */
final class ChildEnvironment {
    private static final Set<String> NAMES = Set.of(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "LANG",
            "LANGUAGE",
            "TZ",
            "TMPDIR",
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

    private ChildEnvironment() {}

    static Map<String, String> of(Map<String, String> platform) {
        Map<String, String> kept = new HashMap<>(platform);
        kept.keySet()
                .removeIf(name -> !NAMES.contains(name) && PREFIXES.stream().noneMatch(name::startsWith));
        return kept;
    }
}
