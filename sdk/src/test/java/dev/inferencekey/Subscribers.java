package dev.inferencekey;

import java.util.concurrent.Flow;

/** Subscribers of the tests. */
final class Subscribers {
    private Subscribers() {}

    /** Wants everything and says when it is over. */
    record Everything(Runnable over) implements Flow.Subscriber<TextChunk> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(TextChunk item) {}

        @Override
        public void onError(Throwable throwable) {
            over.run();
        }

        @Override
        public void onComplete() {
            over.run();
        }
    }
}
