package dev.inferencekey;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the {@link Shape} of a record. What it refuses, it refuses with a {@link ValidationException} that names the component and what
 * to write instead: a type that a model can't be held to would fail later, and on some servers only.
 */
final class ShapeFinder {
    private static final int DEEPEST = 50;

    private static final ClassValue<Shape.Members> FOUND = new ClassValue<>() {
        @Override
        protected Shape.Members computeValue(Class<?> type) {
            Shape.Members found = new ShapeFinder().record(type, null, type.getSimpleName(), 0);
            refuseEndless(found, new ArrayList<>());
            return found;
        }
    };

    /** By class and, for a variant of a sealed interface, its tag. */
    private final Map<String, Shape.Members> known = new HashMap<>();

    private ShapeFinder() {}

    /**
     * The shape of a record. Found once for each class.
     *
     * @throws ValidationException if it is no record, or has a component of a type that is not supported
     */
    static Shape.Members of(Class<?> type) {
        if (!type.isRecord()) {
            String hint = type.isInterface() || type.isEnum() || Collection.class.isAssignableFrom(type)
                    ? "; make it a component of one"
                    : "";
            throw new ValidationException(type.getSimpleName() + " must be a record" + hint);
        }
        return FOUND.get(type);
    }

    private Shape.Members record(Class<?> type, @Nullable String tag, String path, int depth) {
        String name = type.getName() + (tag == null ? "" : " " + tag);
        Shape.Members begun = known.get(name);
        if (begun != null) {
            return begun;
        }
        if (type.getTypeParameters().length > 0) {
            throw new ValidationException(path + ": " + type.getSimpleName()
                    + " has type parameters, which are not supported; write a record without them");
        }
        RecordComponent[] components = type.getRecordComponents();
        Shape.Members members = new Shape.Members(type, tag, description(type), constructor(type, components));
        known.put(name, members);
        List<Shape.Member> found = new ArrayList<>();
        for (RecordComponent component : components) {
            String at = path + "." + component.getName();
            if (tag != null && component.getName().equals(Shape.Variants.TAG)) {
                throw new ValidationException(at + " must have another name: \"" + Shape.Variants.TAG
                        + "\" tells the variants of a sealed interface apart");
            }
            Shape shape = shape(component.getAnnotatedType(), at, depth + 1);
            if (!(shape instanceof Shape.Maybe) && isNullable(component)) {
                shape = new Shape.Maybe(requireObject(shape, component.getType(), at), false);
            }
            found.add(new Shape.Member(component.getName(), description(component), shape));
        }
        members.complete(found);
        return members;
    }

    /** A record that always contains itself has no value. */
    private static void refuseEndless(Shape.Members record, List<Shape.Members> outer) {
        if (outer.contains(record)) {
            throw new ValidationException(record.type().getSimpleName()
                    + " always contains itself; make the component that leads back Optional, @Nullable or a List");
        }
        List<Shape.Members> within = new ArrayList<>(outer);
        within.add(record);
        for (Shape.Member member : record.members()) {
            if (member.shape() instanceof Shape.Members inner) {
                refuseEndless(inner, within);
            }
        }
    }

    private static Shape requireObject(Shape shape, Class<?> type, String path) {
        if (type.isPrimitive()) {
            throw new ValidationException(path + " can't be both " + type + " and nullable");
        }
        return shape;
    }

    private static Constructor<?> constructor(Class<?> type, RecordComponent[] components) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> canonical = type.getDeclaredConstructor(types);
            canonical.setAccessible(true);
            return canonical;
        } catch (NoSuchMethodException | InaccessibleObjectException e) {
            throw new ValidationException(
                    type.getName() + " can't be reached: its module must open the package " + type.getPackageName()
                            + " to dev.inferencekey.sdk, and a native image needs its constructors registered for reflection");
        }
    }

    private Shape shape(AnnotatedType annotated, String path, int depth) {
        Shape shape = bare(annotated, path, depth);
        return !(shape instanceof Shape.Maybe) && isNullable(annotated) ? new Shape.Maybe(shape, false) : shape;
    }

    private Shape bare(AnnotatedType annotated, String path, int depth) {
        if (depth > DEEPEST) {
            throw new ValidationException(path + " is nested deeper than " + DEEPEST + " levels");
        }
        Type type = annotated.getType();
        if (type instanceof ParameterizedType parameterized && annotated instanceof AnnotatedParameterizedType holder) {
            return container(
                    (Class<?>) parameterized.getRawType(), holder.getAnnotatedActualTypeArguments(), path, depth);
        }
        if (type instanceof Class<?> plain) {
            return plain(plain, path, depth);
        }
        throw unsupported(type, path);
    }

    private Shape container(Class<?> type, AnnotatedType[] arguments, String path, int depth) {
        if (type == List.class || type == Collection.class || type == Set.class) {
            return new Shape.Items(shape(arguments[0], path + "[]", depth + 1), type == Set.class);
        }
        if (type == Optional.class) {
            Shape value = shape(arguments[0], path, depth + 1);
            if (value instanceof Shape.Maybe) {
                throw new ValidationException(
                        path + " can be missing in two ways; one Optional or @Nullable is enough");
            }
            return new Shape.Maybe(value, true);
        }
        if (type == Map.class) {
            if (arguments[0].getType() != String.class) {
                throw new ValidationException(path + ": a map must have keys of type String");
            }
            return new Shape.Entries(shape(arguments[1], path + "{}", depth + 1));
        }
        if (type.isRecord()) {
            return record(type, null, path, depth);
        }
        throw unsupported(type, path);
    }

    private Shape plain(Class<?> type, String path, int depth) {
        Scalar scalar = Scalar.of(type);
        if (scalar != null) {
            return new Shape.Single(scalar);
        }
        if (type.isEnum()) {
            List<String> names = Arrays.stream(type.getEnumConstants())
                    .map(constant -> ((Enum<?>) constant).name())
                    .toList();
            if (names.isEmpty()) {
                throw new ValidationException(path + ": the enum " + type.getSimpleName() + " has no constants");
            }
            return new Shape.Choice(type, names);
        }
        if (type.isRecord()) {
            return record(type, null, path, depth);
        }
        if (type.isSealed() && type.isInterface()) {
            Map<String, Shape.Members> variants = new LinkedHashMap<>();
            variants(type, path, depth, variants);
            return new Shape.Variants(type, description(type), List.copyOf(variants.values()));
        }
        throw unsupported(type, path);
    }

    private void variants(Class<?> type, String path, int depth, Map<String, Shape.Members> into) {
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            String tag = permitted.getSimpleName();
            if (permitted.isSealed() && permitted.isInterface()) {
                variants(permitted, path, depth, into);
            } else if (!permitted.isRecord()) {
                throw new ValidationException(path + ": all that " + type.getSimpleName()
                        + " permits must be records, but " + tag + " is none");
            } else {
                Shape.Members before = into.put(tag, record(permitted, tag, path + "(" + tag + ")", depth + 1));
                if (before != null && before.type() != permitted) {
                    throw new ValidationException(path + ": two variants are called " + tag);
                }
            }
        }
    }

    private static ValidationException unsupported(Type type, String path) {
        String name = type instanceof Class<?> known ? known.getSimpleName() : type.getTypeName();
        return new ValidationException(path + ": the type " + name
                + " is not supported; write a record, an enum, a sealed interface of records, List, Set, Map<String, …>, Optional,"
                + " String, a number, boolean, UUID, URI or a java.time type");
    }

    /** Whatever library the annotation is of: JSpecify, Jakarta, Spring and others call it the same. */
    private static boolean isNullable(RecordComponent component) {
        if (isNullable((AnnotatedElement) component) || isNullable(component.getAccessor())) {
            return true;
        }
        try {
            return isNullable(component.getDeclaringRecord().getDeclaredField(component.getName()));
        } catch (NoSuchFieldException e) {
            return false;
        }
    }

    private static boolean isNullable(AnnotatedElement element) {
        for (Annotation annotation : element.getAnnotations()) {
            if (annotation.annotationType().getSimpleName().equals("Nullable")) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable String description(AnnotatedElement element) {
        Description description = element.getAnnotation(Description.class);
        return description == null || description.value().isBlank() ? null : description.value();
    }
}
