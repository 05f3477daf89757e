/** Largest input after decompression, in bytes. */
export const MAX_INPUT_BYTES = 64 * 1024 * 1024;
/** Most MIME parts of one mail. */
export const MAX_PARTS = 200;
/** Mails attached to mails are opened down to this depth. */
export const MAX_ATTACHED_DEPTH = 3;
/** Most lines of one mail or one diff. */
export const MAX_LINES = 1_000_000;
/** Most hunks of one diff. */
export const MAX_HUNKS = 50_000;
/** Longest file or hunk header that is read, in UTF-16 units; longer source lines are kept whole. */
export const MAX_HEADER_CHARS = 16 * 1024;
/** What parse-diff gets to see of one source line, in UTF-16 units: its regular expressions are not all linear. */
export const MAX_PARSED_CHARS = 1024;
/** Deepest quoting in which a diff is looked for. */
export const MAX_QUOTE_DEPTH = 32;
/** Largest line number or line count that a hunk header may name. */
export const MAX_LINE_NUMBER = 0x7fff_ffff;
