import type { Command } from 'commander';

/** An option of a command, as `--help` lists it. */
export interface OutlineOption {
  /** `--tree <dir>`. */
  flags: string;
  /** `--tree`. */
  long: string;
  description: string;
  takesValue: boolean;
  /** Values that are allowed, where they are listed. */
  choices: readonly string[];
}

/** A command with what `--help` says about it; plain data for completion and manual. */
export interface Outline {
  /** Words of the command line: `forklore rules test`. */
  path: readonly string[];
  description: string;
  args: readonly { name: string; text: string; description: string; choices: readonly string[] }[];
  options: readonly OutlineOption[];
  commands: readonly Outline[];
}

/** The outline of a command and of those below it. Hidden options and commander's own help are left out. */
export function outlineOf(command: Command, above: readonly string[] = []): Outline {
  const path = [...above, command.name()];
  return {
    path,
    description: command.description(),
    args: command.registeredArguments.map((a) => {
      const name = a.variadic ? `${a.name()}...` : a.name();
      return {
        name: a.name(),
        text: a.required ? `<${name}>` : `[${name}]`,
        description: a.argChoices ? `${a.description} (${a.argChoices.join(', ')})` : a.description,
        choices: a.argChoices ?? [],
      };
    }),
    options: command.options
      .filter((o) => !o.hidden)
      .map((o) => ({
        flags: o.flags,
        long: o.long ?? o.short ?? o.flags,
        description: withNotes(o.description, o.argChoices, o.defaultValue, o.mandatory),
        takesValue: o.required || o.optional,
        choices: o.argChoices ?? [],
      })),
    commands: command.commands.map((c) => outlineOf(c, path)),
  };
}

function withNotes(
  text: string,
  choices: readonly string[] | undefined,
  value: unknown,
  mandatory: boolean,
): string {
  const notes = [
    ...(choices ? [`one of ${choices.join(', ')}`] : []),
    ...(value === undefined || typeof value === 'boolean' ? [] : [`default: ${String(value)}`]),
    ...(mandatory ? ['required'] : []),
  ];
  return notes.length ? `${text} (${notes.join('; ')})` : text;
}

/** A command and all below it, those that do something themselves. */
export function flat(outline: Outline): Outline[] {
  const below = outline.commands.flatMap(flat);
  return outline.commands.length ? below : [outline];
}
