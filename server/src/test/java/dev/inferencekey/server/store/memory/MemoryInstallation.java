package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.ports.store.InstallationStore;
import dev.inferencekey.server.ports.store.SignOnStore;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

final class MemoryInstallation implements InstallationStore {
    private final MemorySession session;

    MemoryInstallation(MemorySession session) {
        this.session = session;
    }

    @Override
    public Optional<byte[]> masterKeyCheck() {
        return Optional.ofNullable(session.reading().masterKeyCheck).map(byte[]::clone);
    }

    @Override
    public void setMasterKeyCheck(byte[] sealed) {
        session.writing().masterKeyCheck = sealed.clone();
    }

    @Override
    public List<Sealed> sealedSecrets() {
        MemoryState state = session.reading();
        List<Sealed> all = new ArrayList<>();
        state.secrets.forEach((key, secret) -> {
            var project = state.projects.get(key.projectId());
            if (project != null) {
                all.add(new Sealed(
                        project.slug() + "/" + key.second(),
                        UpstreamSecretStore.sealContext(key.projectId(), key.second()),
                        secret.bytes()));
            }
        });
        all.sort(Comparator.comparing(Sealed::name));
        state.providers.forEach((tenant, provider) ->
                all.add(new Sealed(SignOnStore.SECRET_NAME, SignOnStore.sealContext(tenant), provider.sealedSecret())));
        return List.copyOf(all);
    }
}
