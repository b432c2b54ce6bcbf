// Run as a process of its own: writes a marked text to the path, once with each way.
import { Secret } from '@postern/kernel';
import { writePrivateFile } from '@postern/run';

const [path = '', text = '', way = ''] = process.argv.slice(2);
const result = await writePrivateFile(path, Secret.of(text), way === 'replacing');
if (!result.ok) throw new Error(result.failure.reason);
