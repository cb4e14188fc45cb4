"""The command line: one file for each group of commands. Nothing heavy is imported before a command runs."""


def main() -> None:
    """Run the command. The commands are imported here: each worker process imports what stands around this call."""
    from wirewatch.cli.app import main as run

    run()
