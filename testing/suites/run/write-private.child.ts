// A separate process that writes a marked text to the path with the given function.
import { ok } from '@postern/kernel';
import { writePrivateFile } from '@postern/disk';

const [path = '', text = '', way = ''] = process.argv.slice(2);
const result = await writePrivateFile(path, way === 'replacing', async (write) => {
  await write(text);
  return ok();
});
if (!result.ok) throw new Error(result.failure.reason);
