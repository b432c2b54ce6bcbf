import { listenOn } from './listen.ts';
import { loopbackListener } from './listener.ts';

/** Whether `postern up` could listen on the port now. */
export async function isPortFree(port: number): Promise<boolean> {
  const tried = await listenOn(loopbackListener(port));
  if (tried.ok) await tried.value.close(0);
  return tried.ok;
}
