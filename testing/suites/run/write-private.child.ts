// A separate process that writes a marked text to the path with the given function.
import { Secret } from '@postern/kernel';
import { writePrivateFile } from '@postern/run';

const [path = '', text = '', way = ''] = process.argv.slice(2);
const result = await writePrivateFile(path, Secret.of(text), way === 'replacing');
if (!result.ok) throw new Error(result.failure.reason);
