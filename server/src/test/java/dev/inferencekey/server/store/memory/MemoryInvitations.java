package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.project.Invitation;
import dev.inferencekey.server.domain.project.Invitation.Place;
import dev.inferencekey.server.ports.store.InvitationStore;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

final class MemoryInvitations implements InvitationStore {
    private final MemorySession session;

    MemoryInvitations(MemorySession session) {
        this.session = session;
    }

    @Override
    public boolean insert(Invitation invitation) {
        MemoryState state = session.writing();
        if (invitation.place() instanceof Place.InProject in) {
            MemorySession.require(state.projects.containsKey(in.projectId()), "project");
        }
        return state.invitations.putIfAbsent(invitation.id(), invitation) == null;
    }

    @Override
    public Optional<Invitation> find(String id) {
        return Optional.ofNullable(session.reading().invitations.get(id));
    }

    @Override
    public List<Invitation> ofProject(String projectId, int limit) {
        return session.reading().invitations.values().stream()
                .filter(invitation -> invitation.place() instanceof Place.InProject in
                        && in.projectId().equals(projectId))
                .sorted(Comparator.comparing(Invitation::createdAt).reversed())
                .limit(limit)
                .toList();
    }

    @Override
    public boolean delete(String id) {
        return session.writing().invitations.remove(id) != null;
    }

    @Override
    public void deleteForOwner() {
        session.writing().invitations.values().removeIf(invitation -> invitation.place() instanceof Place.Owner);
    }

    @Override
    public void deleteExpiredBefore(Instant now) {
        session.writing()
                .invitations
                .values()
                .removeIf(invitation -> invitation.expiresAt().isBefore(now));
    }
}
