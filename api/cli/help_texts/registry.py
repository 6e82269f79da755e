"""Help in Chinese: keys and codes, the local chain, founding, the registry."""

from __future__ import annotations

HELP: dict[str, str] = {
    # SM2, SM3, identifiers
    "SM2 keys and signatures (GB/T 32918).": "SM2 密钥与签名（GB/T 32918）。",
    "Make a key pair.": "生成一对密钥。",
    "New private key (PKCS#8).": "新私钥文件（PKCS#8）。",
    "Also the public key.": "同时写出公钥。",
    "Encrypt it under ELICENSE_PASSPHRASE.": "以 ELICENSE_PASSPHRASE 加密。",
    "Show the public key of a key file (SPKI).": "显示密钥文件的公钥（SPKI）。",
    "Key file (PEM).": "密钥文件（PEM）。",
    "Write it here.": "写到此文件。",
    "Sign a message; prints the signature as one line of hex.": "为报文签名；输出一行十六进制签名。",
    "The signer's distinguishing ID.": "签名者的可辨别标识。",
    "Of the signature.": "签名的编码。",
    "The message; - is stdin.": "报文；- 表示标准输入。",
    "The message itself in hex, instead of --in.": "直接以十六进制给出报文，代替 --in。",
    "Check a signature: 0 it holds, 1 it does not, 2 the question cannot be read.": (
        "验证签名；退出状态 0 成立，1 不成立，2 无法读取。"
    ),
    "128 digits r‖s, or DER.": "128 位十六进制 r‖s，或 DER。",
    "Print the SM3 digest (GB/T 32905) of a file as 64 hex digits.": (
        "输出文件的 SM3 摘要（GB/T 32905），64 位十六进制。"
    ),
    "- is stdin.": "- 表示标准输入。",
    "License identifiers and codes.": "证照标识与各类代码。",
    "Check a code and take it apart.": "检查一个代码并拆解各部分。",
    "The code to check.": "要检查的代码。",
    "What it should be; guessed when left out.": "代码的种类；不写则自行判断。",
    "The rules for imported records.": "按导入旧数据的宽松规则检查。",
    # the local chain, founding
    "A chain on this machine.": "本机上的一条链。",
    "Start a local chain and fund a relay account on it; with IPFS beside it, where that is asked for.": (
        "启动本地链并备好提交账户；需要时同时启动 IPFS。"
    ),
    "Which node.": "用哪种节点。",
    "How many nodes seal.": "出块节点数。",
    "8545 if free.": "端口；8545 空闲时用 8545。",
    "Documents in a private IPFS swarm.": "文件存入专用的 IPFS 群。",
    "IPFS nodes that keep each document.": "保存每份文件的 IPFS 节点数。",
    "Show the local chain and its newest block, and the IPFS nodes beside it.": (
        "显示本地链及其最新区块，以及同时运行的 IPFS 节点。"
    ),
    "Stop the local chain, which keeps nothing on disk, and the IPFS nodes, which keep everything.": (
        "停止本地链（磁盘上不留数据）和 IPFS 节点（数据全部保留）。"
    ),
    "Found a ledger: contracts, regions, bodies, keys, types, rights, agreements, then the seal.": (
        "建立账本：合约、地区、机构、密钥、类型、颁发权、互认协议，最后封存。"
    ),
    "Founding file, YAML or JSON.": "建账文件，YAML 或 JSON。",
    "Trust file to write.": "要写出的信任文件。",
    "Node to found it on.": "在哪个节点上建账。",
    "Go on with a founding that stopped.": "继续上次中断的建账。",
    "API named in the file.": "写入信任文件的服务地址。",
    # organisations and keys
    "Organisations, their keys, relays and regions.": "机构、机构的密钥、提交账户和地区。",
    "Register an organisation and its keys; signed by its region or a superior one.": (
        "登记机构及其密钥；由所在地区或其上级地区签名。"
    ),
    "Unified social credit code.": "统一社会信用代码。",
    "Its name; the ledger keeps a digest.": "名称；账本只存摘要。",
    "GB/T 2260 code.": "行政区划代码（GB/T 2260）。",
    "Its signing key, public or private.": "签名密钥，公钥或私钥。",
    "Governing key; repeat for several.": "治理密钥；有几把就重复几次。",
    "Its encryption key, public or private.": "加密密钥，公钥或私钥。",
    "1 to 5, or 国家级 省级 地市级 区县级 乡镇级.": "1 至 5，或写国家级、省级、地市级、区县级、乡镇级。",
    "Requests and signatures of absent keys.": "待签请求及在别处密钥的签名。",
    "Write through this service, not to a node.": "经此服务写入，不经节点。",
    "With --api: your body's signing key, for the service.": (
        "配合 --api：本机构的签名密钥，用于向服务表明身份。"
    ),
    "Your organisation, where the ID does not tell.": "你所在的机构，标识中看不出时填写。",
    "Trust file.": "信任文件。",
    "Node, instead of the file's.": "节点地址，代替信任文件所载。",
    "List organisations. Names are not on the ledger, only their digests; `org names` keeps them here.": (
        "列出机构。账本上没有名称，只有名称的摘要；名称由 `org names` 保存在本机。"
    ),
    "Tell what bodies are called, and keep names: from a file, or with --api those that the service has.\n\n"
    "The ledger has a digest of each name; one that does not fit it is refused.": (
        "列出各机构的名称，并保存名称：来自文件，或者加 --api 取自服务。\n\n"
        "账本上有每个名称的摘要；不相符的不收。"
    ),
    "Names to keep, a CSV file with the columns uscc and name.": "要保存的名称，CSV 文件，两列：uscc、name。",
    "Write the names that are known here.": "把本机已知的名称写到此文件。",
    "Only of this region.": "只列此地区的。",
    "Read from this service, not from a node.": "从此服务读取，不经节点。",
    "With --api: your signing key, for the service.": "配合 --api：你的签名密钥，用于向服务表明身份。",
    "With --api: the body that the key is of.": "配合 --api：该密钥所属的机构。",
    "Show an organisation with its keys and entitlements.": "显示一个机构及其密钥、颁发权。",
    "End the keys, entitlements and powers of an organisation.\n\n"
    "The ledger never forgets an organisation: it stays registered, and what it issued stays in force.": (
        "终止一个机构的密钥、颁发权和职权。\n\n账本从不抹去机构：登记仍在，它签发的证照仍然有效。"
    ),
    "When it ends; two minutes from now by default.": "何时终止；默认两分钟后。",
    "Let an organisation be followed by another, which acts on its licenses from then on.\n\n"
    "Entitlements do not move: the successor is given its own with `type entitle`.": (
        "令一个机构由另一机构承继，此后由后者办理其证照。\n\n"
        "颁发权不随之转移：须用 `type entitle` 另行授予承继机构。"
    ),
    "Who or what follows.": "承继者。",
    "From when on; now by default.": "自何时起；默认现在。",
    "Keys of an organisation or a region.": "机构或地区的密钥。",
    "Register a key; it proves its possession, unless it is for encryption.": (
        "登记密钥；除加密密钥外，须由该密钥证明有人持有。"
    ),
    "Credit code, or six digits of a region.": "统一社会信用代码，或六位行政区划代码。",
    "The new key, public or private.": "新密钥，公钥或私钥。",
    "sign, govern, recover or encrypt.": "sign 签名、govern 治理、recover 恢复、encrypt 加密。",
    "Not before.": "最早生效时刻。",
    "Last day, or first moment no more.": "最后一天，或不再有效的第一刻。",
    "End a key at a moment that is not past.": "令密钥在某一未过的时刻终止。",
    "keyId or key file.": "密钥编号（keyId）或密钥文件。",
    "Hand over from a key to a new one; by a key of the same body, without its superior.\n\n"
    "With --until the old key ends then; without, both stay good. What the old one signed stays as it is.": (
        "换用新密钥；由同一机构的密钥签名，无须上级。\n\n"
        "写 --until 则旧密钥届时终止；不写则两把都有效。旧密钥签过的不变。"
    ),
    "A key of the same body.": "同一机构的密钥。",
    "Replace a region's lost governing key, which ends; by the region's offline recovery key.": (
        "替换地区丢失的治理密钥，后者随即终止；由该地区离线保存的恢复密钥签名。"
    ),
    "Declare a key compromised from a moment on, which may be past.\n\n"
    "What it permitted from then on is void; what it restricted or ended stands.": (
        "宣布密钥自某一时刻起失密，该时刻可以已过。\n\n此后由它准许的一律无效；由它限制或终止的仍然有效。"
    ),
    "Compromised from then on.": "自此时刻起失密。",
    "EVM accounts that may submit messages.": "可以提交报文的 EVM 账户（提交账户）。",
    "Let an EVM account submit messages; it gains no other right.": (
        "准许一个 EVM 账户提交报文；它没有别的权利。"
    ),
    "EVM account.": "EVM 账户。",
    "Stop a relay now.": "立即停用一个提交账户。",
    "List relays.": "列出提交账户。",
    "Regions.": "地区。",
    "Add a region; signed by as many root regions as the ledger's threshold asks for.": (
        "增加地区；由账本门槛所要求数量的顶级地区签名。"
    ),
    "Superior; none: a root.": "上级地区；不写即为顶级地区。",
    "Let a region be followed by another: its bodies and agreements go on under the successor.": (
        "令一个地区由另一地区承继：其机构和协议由承继地区延续。"
    ),
    "List regions with their governing keys.": "列出地区及其治理密钥。",
    "The secret that all machines of an issuer share.": "同一颁发机构各台机器共用的密值。",
    "Seal the issuer's secret for another of its machines, or for a safe.": (
        "加封颁发机构的密值，供其另一台机器使用或存入保险柜。"
    ),
    "The issuing body.": "颁发机构。",
    "Where the sealed secret goes.": "加封后的密值写到何处。",
    "Its first line seals the exported secret.": "口令文件，以其第一行加封密值。",
    "Take over an issuer's secret; where this home has another one of that body, nothing is changed.": (
        "取入颁发机构的密值；本机若已有该机构的另一密值，则不作任何改动。"
    ),
    "What `export` wrote.": "`export` 写出的文件。",
    "The contracts of the ledger, and what follows them.": "账本的合约及其后继。",
    "Put this release's contract in the place of a named one, which is closed for ever; by a quorum.": (
        "以本版本的合约接替所指的合约，后者永久关闭；须达到法定签名数。"
    ),
    "Contract, by its name in the trust file.": "合约，按信任文件中的名称。",
    "Make this release's contract that is to take the place of a named one; nothing changes yet.": (
        "建立本版本的合约，以备接替所指的合约；此时尚无变化。"
    ),
    "What `succeed --made` takes.": "供 `succeed --made` 使用的文件。",
    "The contract, as `make` wrote it.": "`make` 写出的合约文件。",
    "List the contracts of the trust file, and those that took their place.": (
        "列出信任文件中的合约，以及接替它们的合约。"
    ),
    "rpc, quorum, state or seals.": "信任级别：rpc、quorum、state 或 seals。",
    "Block hash that you trust.": "你信任的区块散列。",
    # types and recognition
    "License types, and who may issue them.": "证照类型，以及谁可颁发。",
    "Name a body for acts on licenses that others issue in a region; signed by it or a superior one.": (
        "指定一个机构，对他人在某地区颁发的证照行使职权；由该地区或其上级地区签名。"
    ),
    "License type code, 21 characters.": "证照类型代码，21 位。",
    "Which body.": "哪个机构。",
    "Of suspend, annul, revoke.": "行为：suspend 暂扣、annul 撤销、revoke 吊销。",
    "From when.": "自何时起。",
    "End that at a moment that is not past; what the body suspended, it may still resume.": (
        "令该职权在某一未过的时刻终止；它此前暂扣的，仍可由它恢复。"
    ),
    "Register a license type, or the next version of one.": "登记证照类型，或类型的新版本。",
    "Type definition, JSON or YAML; - is stdin.": "类型定义，JSON 或 YAML；- 表示标准输入。",
    "Region that defines it.": "定义该类型的地区。",
    "Number of the legal ground of a NATIONAL type, the body's own: the ledger has no list of them.": (
        "全国通用类型的法定依据编号，由机构自编；账本没有此类清单。"
    ),
    "List license types as they are now.": "列出现行的证照类型。",
    "Show a type with all its versions and who is entitled to issue it.": (
        "显示一个类型的各版本，以及谁有权颁发。"
    ),
    "Issue nothing more of a type: its next version knows neither issuing nor amending.\n\n"
    "What was issued goes on; `type add` with a definition that knows `issue` opens it again.": (
        "不再颁发某一类型：其新版本不含签发和变更。\n\n"
        "已签发的不受影响；用 `type add` 登记含 `issue` 的定义即可重新开放。"
    ),
    "Let an organisation issue a type; signed by the region it is for or a superior one.": (
        "授予机构颁发某一类型的权利；由所涉地区或其上级地区签名。"
    ),
    "Who may issue it.": "可以颁发的机构。",
    "Who may sign in the issuer's name.": "可以颁发机构名义签名的代办机构。",
    "End an entitlement at a moment that is not past.": "令颁发权在某一未过的时刻终止。",
    "Who may issue it no more.": "不再可以颁发的机构。",
    "What one region accepts of another.": "一个地区认可另一地区的哪些证照。",
    "Agree that a type of one region counts in another; `--by` of the first, then of the second.": (
        "约定一地区的某类型在另一地区得到认可；`--by` 先写前者的密钥，再写后者的。"
    ),
    "Region that licenses come from.": "证照来自的地区。",
    "Region that they go to.": "证照用于的地区。",
    "Their type.": "证照的类型。",
    "As which type.": "在那里视同的类型。",
    "End an agreement at a moment that is not past; one side is enough.": (
        "令互认协议在某一未过的时刻终止；一方即可。"
    ),
    "List agreements, ended ones too.": "列出互认协议，包括已终止的。",
    "Only from there.": "只列来自该地区的。",
    "Only to there.": "只列用于该地区的。",
    "Only of this type.": "只列此类型的。",
    "Show an agreement with its history.": "显示一份互认协议及其沿革。",
}
