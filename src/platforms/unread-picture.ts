import { Failure } from '../failure.ts';
import type { SendOutcome } from './platform.ts';

/** What a picture that could not be read means for its message: the store is away for a while, or the picture is gone. */
export const unreadPicture = (error: unknown): SendOutcome =>
  error instanceof Failure && error.code === 'unavailable'
    ? { kind: 'later', afterMs: 5_000, why: 'the store of pictures does not answer', holdTarget: false }
    : { kind: 'never', why: 'the picture is not in the store any more', tellAdmin: false };
