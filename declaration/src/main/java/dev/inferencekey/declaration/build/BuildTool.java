package dev.inferencekey.declaration.build;

/**
 * How a build tool calls what messages speak of. Immutable.
 *
 * @param name the tool, such as {@code Maven}
 * @param option what comes before a setting's name on the command line, such as {@code -D}
 * @param ensure what makes the declarations true, such as {@code inferencekey:ensure}
 * @param plan what shows what would be done, such as {@code the goal plan}
 */
public record BuildTool(String name, String option, String ensure, String plan) {
    /** How the setting is given on the command line. */
    String setting(String setting) {
        return option + "inferencekey." + setting;
    }
}
