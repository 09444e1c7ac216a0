/**
 * What `work` comes to, or what `late` gives (or throws) once the limit has passed. The work itself goes on: its late
 * outcome is nobody's, a late failure is no unhandled one. Timers alone, because ending a signal costs a stack trace.
 */
export async function withinTime<T, Late = never>(
  limitMs: number,
  work: Promise<T>,
  late: () => Late,
): Promise<T | Late> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Late>((resolve, reject) => {
    timer = setTimeout(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    }, limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
