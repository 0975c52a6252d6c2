package dev.inferencekey;

/** Names of schemas and tools, as OpenAI allows them. */
final class SchemaNames {
    private static final int MAX_NAME = 64;

    private SchemaNames() {}

    /** A record's simple name, fit to be a schema's. */
    static String of(Class<?> record) {
        String name = record.getSimpleName().replaceAll("[^A-Za-z0-9_-]", "_");
        return name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name;
    }

    static String require(String name, String what) {
        if (name.isEmpty() || name.length() > MAX_NAME || !name.matches("[A-Za-z0-9_-]+")) {
            throw new ValidationException(what + " must be 1 to " + MAX_NAME + " letters a-z and A-Z, digits, _ and -");
        }
        return name;
    }
}
