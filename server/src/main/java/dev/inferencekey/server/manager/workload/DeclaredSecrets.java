package dev.inferencekey.server.manager.workload;

import dev.inferencekey.server.domain.engine.EngineSecrets;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.domain.upstream.UpstreamSettings;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.ports.store.StoreSession;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Refuses declarations that would bring a secret to where it is not meant to go. One that does not exist yet may be named: the runtime
 * looks again when it does. Stateless and thread-safe.
 */
final class DeclaredSecrets {
    private static final String EXTERNAL = "external";

    private DeclaredSecrets() {}

    /** @throws RefusedException 400 that says what the secret is for */
    static void check(StoreSession session, Workload workload) {
        Map<String, @Nullable Object> config = workload.config();
        EngineSecrets.in(config)
                .forEach((variable, name) -> session.upstreamSecrets()
                        .entry(workload.projectId(), name)
                        .map(secret -> EngineSecrets.refusal(variable, name, secret.binding()))
                        .ifPresent(refusal -> {
                            throw RefusedException.invalid(EngineSecrets.field(variable), refusal);
                        }));
        if (config == null || !workload.backend().equals(EXTERNAL)) {
            return;
        }
        UpstreamSettings upstream = UpstreamSettings.parse(config);
        if (upstream.secretRef() == null) {
            return;
        }
        session.upstreamSecrets()
                .entry(workload.projectId(), upstream.secretRef())
                .ifPresent(secret -> check(upstream, secret.binding()));
    }

    private static void check(UpstreamSettings upstream, SecretBinding binding) {
        String refusal = upstream.refusal(binding);
        if (refusal != null) {
            throw RefusedException.invalid("config.secret_ref", refusal);
        }
    }
}
