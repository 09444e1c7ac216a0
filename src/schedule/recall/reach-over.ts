import { accountOf } from '../../access/identity.ts';
import type { AccessSettings } from '../../access/settings.ts';
import type { Platform, PlatformName } from '../../platforms/platform.ts';
import { pushAddress, type Tenant } from '../../platforms/push-address.ts';
import type { Reaching } from './recipient.ts';

/** Where people read first; the first one that is set up and knows them is taken. */
const tenants: readonly Tenant[] = ['wecom', 'dingtalk', 'simulator'];

/** Reaches people in their private chats on the platforms that are set up. */
export const reachOver =
  (access: AccessSettings, platforms: ReadonlyMap<PlatformName, Pick<Platform, 'render'>>): Reaching =>
  (person, directory) => {
    for (const identity of tenants) {
      const account = accountOf(person, directory, access, identity);
      const address = account === null ? null : pushAddress({ kind: 'person', tenant: identity, account });
      const platform = address === null ? undefined : platforms.get(address.platform);
      if (account === null || address === null || platform === undefined) continue;
      return { identity, account, address, render: (reply) => platform.render(reply, address) };
    }
    return null;
  };
