package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.GLOBEX;
import static dev.inferencekey.server.store.StoreData.NOW;
import static dev.inferencekey.server.store.StoreData.usage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.price.PriceBook;
import dev.inferencekey.server.domain.price.PricePeriod;
import dev.inferencekey.server.domain.price.TokenPrice;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.ports.store.Store;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Prices and when they held. */
interface PriceContract {
    TokenPrice CHEAP = new TokenPrice(150_000, 75_000L, 600_000);
    TokenPrice DEAR = new TokenPrice(TokenPrice.MOST, null, 0);

    Store store();

    private PricePeriod put(Project project, String slug, TokenPrice price, Instant since) {
        return store().write(s -> s.prices().put(project.id(), slug, price, since));
    }

    private boolean end(String slug, Instant at) {
        return store().<Boolean>write(s -> s.prices().end(ACME.id(), slug, at));
    }

    private List<PricePeriod> current() {
        return store().read(s -> s.prices().current(ACME.id()));
    }

    private List<PricePeriod> history(String slug) {
        return store().read(s -> s.prices().history(ACME.id(), slug, 10));
    }

    private @Nullable Long cost(String projectSlug, String slug, Instant at, Instant bookFrom) {
        PriceBook book =
                store().read(s -> s.prices().book(List.of(projectSlug, "none"), List.of(slug, "none"), bookFrom));
        Project project = projectSlug.equals("acme") ? ACME : GLOBEX;
        return book.priced(usage("use_1", project, slug, "key_1", at)).costNanoUsd();
    }

    @Test
    default void keepsThePriceOfASlugThatNoWorkloadHas() {
        PricePeriod bot = put(ACME, "bot", CHEAP, NOW);
        PricePeriod art = put(ACME, "art", DEAR, NOW.plusSeconds(1));
        put(GLOBEX, "bot", DEAR, NOW);

        assertThat(bot).isEqualTo(new PricePeriod("bot", CHEAP, NOW, null));
        assertThat(current()).containsExactly(art, bot);
        assertThat(store().<Optional<PricePeriod>>read(s -> s.prices().find(ACME.id(), "bot")))
                .contains(bot);
        assertThat(store().<Optional<PricePeriod>>read(s -> s.prices().find(ACME.id(), "cat")))
                .isEmpty();
    }

    @Test
    default void aNewPriceHoldsFromItsTimeOnAndLeavesTheFormerAsItWas() {
        Instant later = NOW.plusSeconds(60);
        put(ACME, "bot", CHEAP, NOW);
        put(ACME, "bot", DEAR, later);

        assertThat(current()).containsExactly(new PricePeriod("bot", DEAR, later, null));
        assertThat(history("bot"))
                .containsExactly(new PricePeriod("bot", DEAR, later, null), new PricePeriod("bot", CHEAP, NOW, later));
        assertThat(cost("acme", "bot", NOW.minusNanos(1_000), Instant.EPOCH)).isNull();
        assertThat(cost("acme", "bot", NOW, NOW)).isEqualTo(CHEAP.cost(5, 0, 5));
        assertThat(cost("acme", "bot", later.minusNanos(1_000), NOW)).isEqualTo(CHEAP.cost(5, 0, 5));
        assertThat(cost("acme", "bot", later, later)).isEqualTo(DEAR.cost(5, 0, 5));
        assertThat(cost("acme", "cat", later, NOW)).isNull();
        assertThat(cost("globex", "bot", later, NOW)).isNull();
    }

    @Test
    default void aPriceThatIsEndedHoldsNoLongerAndCanComeBack() {
        put(ACME, "bot", CHEAP, NOW);

        assertThat(end("bot", NOW.plusSeconds(10))).isTrue();
        assertThat(end("bot", NOW.plusSeconds(11))).isFalse();
        assertThat(end("cat", NOW)).isFalse();
        assertThat(current()).isEmpty();
        assertThat(cost("acme", "bot", NOW.plusSeconds(9), NOW)).isNotNull();
        assertThat(cost("acme", "bot", NOW.plusSeconds(10), NOW)).isNull();

        put(ACME, "bot", DEAR, NOW.plusSeconds(20));
        assertThat(cost("acme", "bot", NOW.plusSeconds(15), NOW)).isNull();
        assertThat(history("bot"))
                .containsExactly(
                        new PricePeriod("bot", DEAR, NOW.plusSeconds(20), null),
                        new PricePeriod("bot", CHEAP, NOW, NOW.plusSeconds(10)));
    }

    @Test
    default void doesNotRewriteThePastWhenTheClockGoesBack() {
        put(ACME, "bot", CHEAP, NOW);
        put(ACME, "bot", DEAR, NOW.plusSeconds(10));

        assertThat(put(ACME, "bot", CHEAP, NOW.minusSeconds(5)).since()).isEqualTo(NOW.plusSeconds(10));
        assertThat(history("bot"))
                .containsExactly(
                        new PricePeriod("bot", CHEAP, NOW.plusSeconds(10), null),
                        new PricePeriod("bot", CHEAP, NOW, NOW.plusSeconds(10)));

        assertThat(end("bot", NOW)).isTrue();
        assertThat(history("bot")).containsExactly(new PricePeriod("bot", CHEAP, NOW, NOW.plusSeconds(10)));
        assertThat(put(ACME, "bot", DEAR, NOW).since()).isEqualTo(NOW.plusSeconds(10));
    }

    @Test
    default void aPriceThatEndsAsItBeginsNeverWas() {
        put(ACME, "bot", CHEAP, NOW);
        end("bot", NOW);

        assertThat(history("bot")).isEmpty();
        assertThat(put(ACME, "bot", DEAR, NOW).since()).isEqualTo(NOW);
    }

    @Test
    default void tellsTheNewestOfALongHistory() {
        for (int i = 0; i < 20; i++) {
            put(ACME, "bot", new TokenPrice(i, (long) i, i), NOW.plusSeconds(i));
        }

        assertThat(history("bot"))
                .hasSize(10)
                .first()
                .extracting(PricePeriod::price)
                .isEqualTo(new TokenPrice(19, 19L, 19));
        assertThat(cost("acme", "bot", NOW.plusSeconds(7), NOW.plusSeconds(7)))
                .isEqualTo(new TokenPrice(7, null, 7).cost(5, 0, 5));
    }

    @Test
    default void pricesGoWithTheirProjectAndNeedOne() {
        put(ACME, "bot", CHEAP, NOW);
        store().write(s -> s.projects().delete(ACME.id(), false));

        assertThat(current()).isEmpty();
        assertThat(cost("acme", "bot", NOW, NOW)).isNull();
        assertThatThrownBy(() -> put(ACME, "bot", CHEAP, NOW)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void knowsNothingOfNoProject() {
        assertThat(store().<PriceBook>read(s -> s.prices().book(List.of(), List.of("bot"), NOW)))
                .isSameAs(PriceBook.EMPTY);
    }
}
