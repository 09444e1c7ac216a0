import { never } from '../failure.ts';
import { groupAddress, personAddress } from './dingtalk/address.ts';
import type { Address } from './platform.ts';
import { addressOf as simulatorAddress } from './simulator/simulator.ts';
import { wecomRobotAddress } from './wecom/group-robot.ts';
import { appAddress } from './wecom/receive-app.ts';

/** Tenants that people and groups belong to. */
export type Tenant = 'wecom' | 'dingtalk' | 'simulator';

/** Where something is pushed that nobody asked for just now. */
export type PushTarget =
  | { readonly kind: 'person'; readonly tenant: Tenant; readonly account: string }
  /** `robot` = the group's webhook robot, `app` = the bot itself; `mention` are accounts to be called. */
  | {
      readonly kind: 'group';
      readonly tenant: Tenant;
      readonly groupId: string;
      readonly via: 'app' | 'robot';
      readonly mention: readonly string[];
    };

/** The address of a push; null where that channel does not exist (a WeCom group is reached by its robot only). */
export function pushAddress(target: PushTarget): Address | null {
  const { tenant } = target;
  if (target.kind === 'person') {
    switch (tenant) {
      case 'wecom':
        return appAddress(target.account);
      case 'dingtalk':
        return personAddress(target.account);
      case 'simulator':
        return simulatorAddress(`private-${target.account}`);
      default:
        return never(tenant);
    }
  }
  switch (tenant) {
    case 'wecom':
      return target.via === 'robot' ? wecomRobotAddress(target.groupId, target.mention) : null;
    case 'dingtalk':
      return target.via === 'robot'
        ? { platform: 'dingtalk-robot', target: target.groupId, data: {} }
        : groupAddress(target.groupId);
    case 'simulator':
      return simulatorAddress(target.groupId);
    default:
      return never(tenant);
  }
}
