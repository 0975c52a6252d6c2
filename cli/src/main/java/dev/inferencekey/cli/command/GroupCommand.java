package dev.inferencekey.cli.command;

import picocli.CommandLine.Command;

/** A noun that groups commands; it does nothing by itself. */
@Command(synopsisSubcommandLabel = "COMMAND")
public final class GroupCommand {}
