package dev.inferencekey.server.domain.access;

import dev.inferencekey.contract.error.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a request addresses on the control plane. {@code api} says whether it is below {@code /api}, where nothing is shown without a credential. */
public sealed interface ControlTarget {
    boolean api();

    /** No such path. */
    record Nothing(boolean api) implements ControlTarget {}

    /** The path exists, with these methods. */
    record OtherMethods(boolean api, List<String> methods) implements ControlTarget {
        public OtherMethods {
            methods = List.copyOf(methods);
        }
    }

    /**
     * A route.
     *
     * @param missing what whoever is allowed is told if what it addresses does not exist
     */
    record Found(
            boolean api,
            Action action,
            Resource resource,
            @Nullable Missing missing) implements ControlTarget {}

    /** What is not there. */
    record Missing(ErrorCode code, String text, Remedy remedy) {}

    /** Whether nobody looks at the credential. */
    default boolean takesNoCredential() {
        return switch (this) {
            case Found found -> found.action() == Action.PUBLIC;
            case OtherMethods other -> !other.api();
            case Nothing nothing -> !nothing.api();
        };
    }
}
