package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.price.PriceBook;
import dev.inferencekey.server.domain.price.PricePeriod;
import dev.inferencekey.server.domain.price.TokenPrice;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What the tokens of workloads cost, since when, and what they cost before. Prices belong to a slug: they outlive a workload that is
 * deleted, and may be there before it. They go with their project.
 */
public interface PriceStore {
    /**
     * To be called before a change says from when on it holds: waits for the imports that are under way, and lets none price anything until
     * this transaction has ended. So no request of after that time costs what held before it, whichever node imports it.
     */
    void holdImports();

    /** The prices that hold now, by workload slug. */
    List<PricePeriod> current(String projectId);

    /** The price that holds now. */
    Optional<PricePeriod> find(String projectId, String workloadSlug);

    /** All prices that ever held, newest first, at most so many. */
    List<PricePeriod> history(String projectId, String workloadSlug, int limit);

    /**
     * The prices that workloads with one of these slugs in any of these projects have at this time or later. In a transaction that writes,
     * none changes before it ends.
     */
    PriceBook book(Collection<String> projectSlugs, Collection<String> workloadSlugs, Instant from);

    /**
     * Lets a price hold from this time on in the place of what holds now; not from before the last change, though, if the clock went
     * back: what was decided is not rewritten.
     *
     * @return the price as it is kept
     */
    PricePeriod put(String projectId, String workloadSlug, TokenPrice price, Instant since);

    /**
     * Lets no price hold from this time on.
     *
     * @return whether one held
     */
    boolean end(String projectId, String workloadSlug, Instant at);
}
