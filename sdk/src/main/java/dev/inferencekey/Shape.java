package dev.inferencekey;

import java.lang.reflect.Constructor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What values of a Java type look like as JSON. Found by {@link ShapeFinder}, told to models by {@link ShapeSchema}; {@link
 * ShapeReader} makes values of it.
 */
sealed interface Shape {
    /** A text, number, boolean, time and so on. */
    record Single(Scalar scalar) implements Shape {}

    /** A constant of an enum, by its name. */
    record Choice(Class<?> type, List<String> names) implements Shape {}

    /** A list or set. */
    record Items(Shape element, boolean unique) implements Shape {}

    /**
     * A map from texts. Written as a list of objects with {@code key} and {@code value}, since strict schemas have no objects whose
     * names are not known; an object is read, too.
     */
    record Entries(Shape value) implements Shape {}

    /**
     * A value that may be missing.
     *
     * @param optional whether Java has an {@link java.util.Optional} there, and not null
     */
    record Maybe(Shape value, boolean optional) implements Shape {}

    /** One of several records, told apart by the text in {@value #TAG}. */
    record Variants(Class<?> type, @Nullable String description, List<Members> records) implements Shape {
        static final String TAG = "type";
    }

    /** A record. A class, since it may contain itself. */
    final class Members implements Shape {
        private final Class<?> type;
        private final @Nullable String tag;
        private final @Nullable String description;
        private final Constructor<?> constructor;
        private List<Member> members = List.of();

        /** @param tag what tells it from the other variants of a sealed interface; null if it is none */
        Members(Class<?> type, @Nullable String tag, @Nullable String description, Constructor<?> constructor) {
            this.type = type;
            this.tag = tag;
            this.description = description;
            this.constructor = constructor;
        }

        Class<?> type() {
            return type;
        }

        @Nullable
        String tag() {
            return tag;
        }

        @Nullable
        String description() {
            return description;
        }

        Constructor<?> constructor() {
            return constructor;
        }

        List<Member> members() {
            return members;
        }

        /** Completes it; called once, before it is handed out. */
        void complete(List<Member> value) {
            this.members = List.copyOf(value);
        }
    }

    /** One component of a record. */
    record Member(String name, @Nullable String description, Shape shape) {}
}
