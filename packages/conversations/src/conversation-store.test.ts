import { describeAdoption } from './testing/adopt-contract.ts';
import { describeBranches } from './testing/branch-contract.ts';
import { describeAttachments } from './testing/attachment-contract.ts';
import { describeConversationStore } from './testing/conversation-store-contract.ts';
import { describeImports } from './testing/import-contract.ts';
import { describeFilters } from './testing/filter-contract.ts';
import { describeListing } from './testing/listing-contract.ts';
import { describeOrganising } from './testing/organising-contract.ts';
import { describeSearch } from './testing/search-contract.ts';
import { describeLongConversations } from './testing/long-conversation-contract.ts';
import { describeSettings } from './testing/settings-contract.ts';
import { describeTrash } from './testing/trash-contract.ts';
import { STORES } from './testing/environment.ts';

for (const [name, open] of STORES) {
  describeConversationStore(name, open);
  describeListing(name, open);
  describeOrganising(name, open);
  describeFilters(name, open);
  describeSearch(name, open);
  describeSettings(name, open);
  describeTrash(name, open);
  describeLongConversations(name, open);
  describeAdoption(name, open);
  describeBranches(name, open);
  describeImports(name, open);
  describeAttachments(name, open);
}
