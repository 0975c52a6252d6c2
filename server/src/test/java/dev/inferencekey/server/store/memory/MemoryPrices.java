package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.price.PriceBook;
import dev.inferencekey.server.domain.price.PricePeriod;
import dev.inferencekey.server.domain.price.TokenPrice;
import dev.inferencekey.server.ports.store.PriceStore;
import dev.inferencekey.server.store.memory.MemoryState.Pair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

final class MemoryPrices implements PriceStore {
    private final MemorySession session;

    MemoryPrices(MemorySession session) {
        this.session = session;
    }

    @Override
    public List<PricePeriod> current(String projectId) {
        return session.reading().prices.entrySet().stream()
                .filter(entry -> entry.getKey().projectId().equals(projectId))
                .map(entry -> entry.getValue().getFirst())
                .filter(period -> period.until() == null)
                .toList();
    }

    @Override
    public Optional<PricePeriod> find(String projectId, String workloadSlug) {
        return all(projectId, workloadSlug).stream()
                .filter(period -> period.until() == null)
                .findFirst();
    }

    @Override
    public List<PricePeriod> history(String projectId, String workloadSlug, int limit) {
        return all(projectId, workloadSlug).stream().limit(limit).toList();
    }

    /** Newest first. */
    private List<PricePeriod> all(String projectId, String workloadSlug) {
        return session.reading().prices.getOrDefault(new Pair(projectId, workloadSlug), List.of());
    }

    @Override
    public PriceBook book(Collection<String> projectSlugs, Collection<String> workloadSlugs, Instant from) {
        Map<String, List<PricePeriod>> byProject = new HashMap<>();
        session.reading().prices.forEach((place, periods) -> {
            String slug = Objects.requireNonNull(session.reading().projects.get(place.projectId()))
                    .slug();
            if (projectSlugs.contains(slug) && workloadSlugs.contains(place.second())) {
                byProject.computeIfAbsent(slug, key -> new ArrayList<>()).addAll(periods);
            }
        });
        return PriceBook.of(byProject);
    }

    @Override
    public PricePeriod put(String projectId, String workloadSlug, TokenPrice price, Instant since) {
        MemoryState state = session.writing();
        MemorySession.require(state.projects.containsKey(projectId), "project");
        Instant from = endOpen(projectId, workloadSlug, since);
        PricePeriod period = new PricePeriod(workloadSlug, price, from, null);
        List<PricePeriod> periods = new ArrayList<>(all(projectId, workloadSlug));
        periods.addFirst(period);
        state.prices.put(new Pair(projectId, workloadSlug), List.copyOf(periods));
        return period;
    }

    @Override
    public boolean end(String projectId, String workloadSlug, Instant at) {
        boolean held = find(projectId, workloadSlug).isPresent();
        if (held) {
            endOpen(projectId, workloadSlug, at);
        }
        return held;
    }

    private Instant endOpen(String projectId, String workloadSlug, Instant wanted) {
        List<PricePeriod> periods = new ArrayList<>(all(projectId, workloadSlug));
        if (periods.isEmpty()) {
            return wanted;
        }
        PricePeriod newest = periods.getFirst();
        Instant last = newest.until() == null ? newest.since() : newest.until();
        Instant at = wanted.isBefore(last) ? last : wanted;
        if (newest.until() == null) {
            periods.removeFirst();
            if (newest.since().isBefore(at)) {
                periods.addFirst(new PricePeriod(workloadSlug, newest.price(), newest.since(), at));
            }
        }
        Pair place = new Pair(projectId, workloadSlug);
        if (periods.isEmpty()) {
            session.writing().prices.remove(place);
        } else {
            session.writing().prices.put(place, List.copyOf(periods));
        }
        return at;
    }
}
