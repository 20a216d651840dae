/** Limits of what is said to an OpenStack cloud, each with its reason. */

/** One call: making a server lets Nova ask for quota, image, network and place before it answers; that takes seconds on a busy cloud. */
export const OPENSTACK_CALL_MS = 60_000
/** One answer: a page of 1000 servers with all details, as many as Nova gives at once, is about 3 MB. */
export const OPENSTACK_ANSWER_BYTES_MAX = 16_000_000
/** Pages of one list: a hundred of them are 100 000 servers, more than a project has. */
export const OPENSTACK_PAGES_MAX = 100
/** A list that changes between its pages is begun anew so often. */
export const OPENSTACK_LIST_TRIES = 5
/** Nova's own limit of user data in base64 (api-ref, "Create server"). */
export const USER_DATA_BASE64_CHARS_MAX = 65_535
/** A token is renewed so long before it ends, so that no call begins with one that ends on the way. */
export const OPENSTACK_TOKEN_SPARE_MS = 5 * 60_000
/** A token whose end can't be read is used for so long: the shortest life that clouds give is an hour. */
export const OPENSTACK_TOKEN_LIFE_MS = 30 * 60_000
/** What a cloud says of an error goes into a sentence up to this length. */
export const OPENSTACK_SAID_CHARS_MAX = 300
/** Longest wait that is believed of a cloud: one that says "in a week" has a clock or a limit that is wrong. */
export const OPENSTACK_RETRY_MS_MAX = 60 * 60_000
/** An address that stands so long without a server was left over by a create that was never finished. */
export const OPENSTACK_LEFT_OVER_MS = 15 * 60_000
/** So long after the last try its address still waits for a machine: no pause between two tries is longer. */
export const OPENSTACK_TRIED_MS = OPENSTACK_RETRY_MS_MAX + OPENSTACK_LEFT_OVER_MS
/** Names of flavours, images, networks and keys: Nova, Neutron and Glance take 255 characters. */
export const OPENSTACK_NAME_CHARS_MAX = 255
/** Networks that a machine is put in: one to be reached by and a few of the operator's own. */
export const OPENSTACK_NETWORKS_MAX = 8
/** Largest root volume that may be asked for, in GB: more is a slip of the hand. */
export const OPENSTACK_VOLUME_GB_MAX = 16_384
/** Files with credentials or certificates: bundles of all public authorities have 250 KB. */
export const OPENSTACK_FILE_BYTES_MAX = 1_000_000
