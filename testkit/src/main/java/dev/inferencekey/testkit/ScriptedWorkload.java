package dev.inferencekey.testkit;

import dev.inferencekey.Endpoint;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A workload whose answers a test scripts, and whose calls it looks at. Its model server runs in this JVM; callers reach it through the
 * platform, as they reach any model.
 *
 * {@snippet :
 * ScriptedWorkload bot = platform.script("support-bot");
 * bot.answer("Hello.").answer("Goodbye.");                                                // one call each, in this order
 * bot.answerTo(call -> call.prompt().contains("weather"), ScriptedAnswer.toolCall("weather", Map.of("city", "Rome")));
 * bot.always("I don't know.");                                                            // whatever else is asked
 * }
 *
 * <p>A request takes the newest {@link #answerTo} that fits; else the next {@link #answer}; else what {@link #always} says. One for which
 * nothing is left is answered 400 with the code {@code unscripted_request} and a message that says what was asked.
 *
 * <p>Thread-safe.
 */
public final class ScriptedWorkload {
    private record Rule(Predicate<ScriptedCall> condition, Function<ScriptedCall, ScriptedAnswer> answer) {}

    private final String slug;
    private final Endpoint endpoint;

    // Guarded by this.
    private final Deque<Rule> rules = new ArrayDeque<>();
    private final Deque<ScriptedAnswer> next = new ArrayDeque<>();
    private @Nullable Function<ScriptedCall, ScriptedAnswer> otherwise;
    private final List<ScriptedCall> calls = new ArrayList<>();

    ScriptedWorkload(String slug, Endpoint endpoint) {
        this.slug = slug;
        this.endpoint = endpoint;
    }

    /** The workload's slug. */
    public String slug() {
        return slug;
    }

    /** To call it, with the API key of the test's platform. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** One call is answered with this text. */
    public ScriptedWorkload answer(String text) {
        return answer(ScriptedAnswer.text(text));
    }

    /** One call is answered so. */
    public synchronized ScriptedWorkload answer(ScriptedAnswer answer) {
        next.add(answer);
        return this;
    }

    /** One call is answered with a text in these pieces. */
    public ScriptedWorkload stream(String... pieces) {
        return answer(ScriptedAnswer.stream(pieces));
    }

    /** One call is answered by asking for a call of this function. */
    public ScriptedWorkload toolCall(String function, Map<String, ?> arguments) {
        return answer(ScriptedAnswer.toolCall(function, arguments));
    }

    /** One call is answered with this vector for each of its texts. */
    public ScriptedWorkload embedding(double... vector) {
        return answer(ScriptedAnswer.embedding(vector));
    }

    /** One call is answered with this JSON, see {@link ScriptedAnswer#json}. */
    public ScriptedWorkload json(Object body) {
        return answer(ScriptedAnswer.json(body));
    }

    /** All calls that fit are answered with this text. */
    public ScriptedWorkload answerTo(Predicate<ScriptedCall> condition, String text) {
        return answerTo(condition, ScriptedAnswer.text(text));
    }

    /** All calls that fit are answered so. */
    public synchronized ScriptedWorkload answerTo(Predicate<ScriptedCall> condition, ScriptedAnswer answer) {
        rules.addFirst(new Rule(condition, call -> answer));
        return this;
    }

    /** All calls for which nothing else is scripted are answered with this text. */
    public ScriptedWorkload always(String text) {
        return always(ScriptedAnswer.text(text));
    }

    /** All calls for which nothing else is scripted are answered so. */
    public ScriptedWorkload always(ScriptedAnswer answer) {
        return always(call -> answer);
    }

    /** All calls for which nothing else is scripted are answered as this says; it is called by several threads. */
    public synchronized ScriptedWorkload always(Function<ScriptedCall, ScriptedAnswer> answer) {
        otherwise = answer;
        return this;
    }

    /** What has been asked so far, in the order of arrival; what was not scripted included. A copy. */
    public synchronized List<ScriptedCall> calls() {
        return List.copyOf(calls);
    }

    /**
     * The one call there was.
     *
     * @throws AssertionError if there was none, or more than one; lists them
     */
    public ScriptedCall call() {
        return assertCalled(1).getFirst();
    }

    /**
     * All calls, if there were so many.
     *
     * @throws AssertionError if not; lists them
     */
    public List<ScriptedCall> assertCalled(int times) {
        List<ScriptedCall> so = calls();
        if (so.size() == times) {
            return so;
        }
        StringBuilder message = new StringBuilder("Expected ")
                .append(counted(times))
                .append(" of workload \"")
                .append(slug)
                .append("\", but there ")
                .append(so.size() == 1 ? "was " : "were ")
                .append(so.isEmpty() ? "none." : so.size() + ":");
        so.forEach(call -> message.append("\n  ").append(call));
        throw new AssertionError(message.toString());
    }

    private static String counted(int times) {
        return times == 1 ? "1 call" : (times == 0 ? "no calls" : times + " calls");
    }

    /** Forgets what was scripted and what was called. */
    public synchronized void reset() {
        rules.clear();
        next.clear();
        otherwise = null;
        calls.clear();
    }

    /** What to answer. */
    ScriptedAnswer take(ScriptedCall call) {
        Function<ScriptedCall, ScriptedAnswer> answer;
        synchronized (this) {
            calls.add(call);
            answer = choose(call);
        }
        return answer == null ? unscripted(call) : answer.apply(call);
    }

    private @Nullable Function<ScriptedCall, ScriptedAnswer> choose(ScriptedCall call) {
        for (Rule rule : rules) {
            if (rule.condition().test(call)) {
                return rule.answer();
            }
        }
        ScriptedAnswer once = next.poll();
        return once == null ? otherwise : ignored -> once;
    }

    private ScriptedAnswer unscripted(ScriptedCall call) {
        return ScriptedAnswer.error(
                400,
                "unscripted_request",
                "The test has scripted no answer of workload \"" + slug + "\" for this request, its number "
                        + calls().size() + ": " + call
                        + ". Script one with answer(…) for one call, answerTo(…) or always(…).");
    }

    /** The workload; not what was scripted. */
    @Override
    public String toString() {
        return "ScriptedWorkload[" + endpoint.ref() + "]";
    }
}
