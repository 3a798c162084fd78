import { BlockList, isIP, SocketAddress } from 'node:net'

/** Of a family each: private, loopback, link-local, carrier-grade NAT and unique local addresses, and what is no host's. */
const NOT_PUBLIC: Record<'ipv4' | 'ipv6', readonly (readonly [string, number])[]> = {
  ipv4: [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['224.0.0.0', 3],
  ],
  ipv6: [
    ['::', 127],
    ['fc00::', 7],
    ['fe80::', 9],
    ['ff00::', 8],
  ],
}

const notPublic = new BlockList()
for (const family of ['ipv4', 'ipv6'] as const) {
  for (const [net, bits] of NOT_PUBLIC[family]) notPublic.addSubnet(net, bits, family)
}

/** `address` is one that `addressIn` found. An IPv4 address in IPv6 (`::ffff:10.0.0.1`) is what it is in IPv4. */
export const isPublic = (address: string): boolean =>
  !notPublic.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')

const WITH_PORT = /^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/

/**
 * The address that the text is, without the port that may stand behind it: `203.0.113.7:4711` and `[2001:db8::7]:4711`
 * are connections of one client. It has one text, however it was written: RFC 5952's for IPv6, and that of IPv4 for
 * `::ffff:203.0.113.7`, as a server that listens on both calls a client of IPv4. undefined: the text is no address.
 */
export function addressIn(text: string): string | undefined {
  const match = WITH_PORT.exec(text)
  const address = match?.[1] ?? match?.[2] ?? text
  switch (isIP(address)) {
    case 4:
      return address
    case 6:
      return canonicalIpv6(address)
    default:
      return undefined
  }
}

const IPV4_IN_IPV6 = '::ffff:'

/** An interface behind `%` is kept: it is a part of an address of a link. */
function canonicalIpv6(text: string): string {
  const [groups = '', zone] = text.split('%')
  const { address } = new SocketAddress({ address: groups, family: 'ipv6' })
  const ipv4 = address.startsWith(IPV4_IN_IPV6) ? address.slice(IPV4_IN_IPV6.length) : ''
  if (isIP(ipv4) === 4) return ipv4
  return zone === undefined ? address : `${address}%${zone}`
}

/** On the way that a request took, as a forwarded-for header lists it: the client's first. */
export const firstPublic = (way: readonly (string | undefined)[]): string | undefined =>
  way.find((address) => address !== undefined && isPublic(address))
