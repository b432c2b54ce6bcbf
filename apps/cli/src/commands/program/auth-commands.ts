import type { Command } from 'commander';
import { doctor } from '../doctor.ts';
import { storageStatus, testStorage } from '../storage.ts';
import type { GetContext } from './option-values.ts';

/** `auth storage …` and `doctor`. */
export function addAuthCommands(program: Command, context: GetContext): void {
  const storage = program
    .command('auth')
    .description('where credentials live')
    .command('storage')
    .description('look after where credentials live');
  storage
    .command('status')
    .description('show the backend, slots, ages and whatever is unsafe, each with its fix')
    .action(async () => {
      await storageStatus(context());
    });
  storage
    .command('test')
    .description('write, read and remove a probe where credentials really live')
    .action(async () => {
      await testStorage(context());
    });
  program
    .command('doctor')
    .description('look at everything and say what to do about what is wrong')
    .action(async () => {
      await doctor(context());
    });
}
