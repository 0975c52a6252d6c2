package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.Test;

/**
 * The rules of Reactive Streams, as its own test suite asks for them: what keeps them works with Reactor, RxJava, Mutiny and Akka alike. The
 * suite is written for another test framework; here each of its questions is a test of ours. Those that it has no way to ask are left out, and
 * so are the wording of a message, which is optional, and a stream of two thousand million pieces.
 */
@Tag("slow")
class TextPublisherRulesTest {
    private static final FakeServer SERVER = new FakeServer();
    private static final DataClient DATA = Clients.data(SERVER).build();

    @BeforeAll
    static void answerAsManyPiecesAsThePromptSays() {
        SERVER.always((request, answer) -> {
            String wanted = request.body().replaceAll("(?s).*\"content\":\"(-?\\d+)\".*", "$1");
            if (wanted.equals("-1")) {
                answer.json(401, "{}");
                return;
            }
            answer.events();
            for (long i = 0; i < Long.parseLong(wanted); i++) {
                answer.event(TextStreamTest.chunk("piece"));
            }
            answer.event("[DONE]").end();
        });
    }

    @AfterAll
    static void stop() {
        DATA.close();
        SERVER.close();
    }

    /** Asked by the suite: publishers of so many elements, and one that fails. */
    static final class Verification extends FlowPublisherVerification<TextChunk> {
        Verification() {
            super(new TestEnvironment(1_000, 100), 5_000);
        }

        @Override
        public Flow.Publisher<TextChunk> createFlowPublisher(long elements) {
            return DATA.endpoint("bot").generateTextStreamAsync(TextParams.ofPrompt(Long.toString(elements)));
        }

        @Override
        public Flow.Publisher<TextChunk> createFailedFlowPublisher() {
            return DATA.endpoint("bot").generateTextStreamAsync(TextParams.ofPrompt("-1"));
        }

        @Override
        public long maxElementsFromPublisher() {
            return 1_000;
        }
    }

    @TestFactory
    Stream<DynamicTest> keepsTheRules() {
        List<Method> questions = Arrays.stream(Verification.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .filter(method -> !method.getName().startsWith("untested_"))
                .filter(method -> !method.getName().endsWith("WithSpecificMessage"))
                .filter(method -> !method.getName().endsWith("WhenPendingAboveLongMaxValue"))
                .toList();
        assertThat(questions).hasSizeGreaterThan(25);
        return questions.stream().map(question -> DynamicTest.dynamicTest(question.getName(), () -> ask(question)));
    }

    private static void ask(Method question) throws Throwable {
        Verification verification = new Verification();
        verification.setUp();
        try {
            question.invoke(verification);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
