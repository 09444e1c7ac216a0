/** Slots while they are being put together; `Slots` when done. */
export type Draft = Record<string, unknown>;
