package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.NOW;
import static dev.inferencekey.server.store.StoreData.digest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.project.Invitation;
import dev.inferencekey.server.domain.project.Invitation.Place;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.ports.store.Store;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Invitations that nobody has accepted yet. */
interface InvitationContract {
    Place IN_ACME = new Place.InProject(ACME.id(), ACME.slug(), Role.DEVELOPER);

    Store store();

    @Test
    default void keepsAnInvitationUntilItIsDeleted() {
        Invitation invitation = invitation("aaaaaaa1", IN_ACME, NOW);
        Invitation toOwn = new Invitation("aaaaaaa2", digest(2), new Place.Owner(), null, "operator", NOW, NOW);
        store().write(s -> s.invitations().insert(invitation) && s.invitations().insert(toOwn));

        assertThat(store().<Boolean>write(s -> s.invitations().insert(invitation)))
                .isFalse();
        assertThat(find("aaaaaaa1")).contains(invitation);
        assertThat(find("aaaaaaa2")).contains(toOwn);
        assertThat(store().<Boolean>write(s -> s.invitations().delete("aaaaaaa1")))
                .isTrue();
        assertThat(store().<Boolean>write(s -> s.invitations().delete("aaaaaaa1")))
                .isFalse();
        assertThat(find("aaaaaaa1")).isEmpty();
    }

    @Test
    default void listsThoseIntoAProjectNewestFirst() {
        store().write(s -> {
            s.invitations().insert(invitation("aaaaaaa1", IN_ACME, NOW));
            s.invitations().insert(invitation("aaaaaaa2", IN_ACME, NOW.plusSeconds(1)));
            s.invitations().insert(invitation("aaaaaaa3", IN_ACME, NOW.plusSeconds(2)));
            s.invitations().insert(invitation("aaaaaaa4", new Place.Owner(), NOW));
            return true;
        });

        assertThat(store().<List<Invitation>>read(s -> s.invitations().ofProject(ACME.id(), 2)))
                .extracting(Invitation::id)
                .containsExactly("aaaaaaa3", "aaaaaaa2");
    }

    @Test
    default void takesBackTheOwnershipAndWhatHasExpired() {
        store().write(s -> {
            s.invitations().insert(invitation("aaaaaaa1", IN_ACME, NOW));
            s.invitations().insert(invitation("aaaaaaa2", IN_ACME, NOW.plusSeconds(10)));
            s.invitations().insert(invitation("aaaaaaa3", new Place.Owner(), NOW.plusSeconds(10)));
            s.invitations().deleteForOwner();
            s.invitations().deleteExpiredBefore(NOW.plusSeconds(105));
            return true;
        });

        assertThat(find("aaaaaaa1")).isEmpty();
        assertThat(find("aaaaaaa2")).isPresent();
        assertThat(find("aaaaaaa3")).isEmpty();
    }

    @Test
    default void forgetsThoseIntoAProjectThatGoes() {
        store().write(s -> s.invitations().insert(invitation("aaaaaaa1", IN_ACME, NOW)));

        store().write(s -> s.projects().delete(ACME.id(), false));

        assertThat(find("aaaaaaa1")).isEmpty();
    }

    private Optional<Invitation> find(String id) {
        return store().read(s -> s.invitations().find(id));
    }

    private static Invitation invitation(String id, Place place, Instant at) {
        return new Invitation(id, digest(1), place, "new@acme.test", "ann@acme.test", at, at.plusSeconds(100));
    }
}
