"""Error texts: the trust file, the local network, founding a ledger."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "TRUST_FILE": Text(
        "信任文件不合格式：{member}。",
        "The trust file is not of the form it must have: {member}.",
        "使用部署时生成的 network.json 原件，勿手工修改。",
        "Use the network.json that `deploy` wrote, unedited.",
    ),
    "SEAL_MISSING": Text(
        "信任文件没有封印签名。",
        "The trust file carries no signature of the seal.",
        "向任一创始地区索取封印后的 network.json。",
        "Ask a founding region for the sealed network.json.",
    ),
    "SEAL_SIGNATURE": Text(
        "信任文件中地区 {region} 的封印签名不成立。",
        "The seal signature of region {region} in the trust file does not hold.",
        "文件被改动或不属于该账本；向创始地区重新索取。",
        "The file was altered or is of another ledger: ask a founding region for it again.",
    ),
    "WRONG_LEDGER": Text(
        "所连的链不是信任文件所指的账本：{what} 应为 {expected}，现为 {found}。",
        "The chain is not the ledger of the trust file: {what} should be {expected} and is {found}.",
        "核对 --rpc 与 --network；勿采信该节点的任何答复。",
        "Check --rpc and --network; rely on nothing that this node says.",
    ),
    "HEAD_FORM": Text(
        "{head} 不是区块哈希。",
        "{head} is no block hash.",
        "给出 0x 加 64 位小写十六进制的区块哈希；latest 之类的名称不能钉住任何区块。",
        "Give a block hash, 0x and 64 lower-case hex digits; names such as latest pin no block.",
    ),
    "NET_NEEDS_CHECKOUT": Text(
        "本地链需要源码目录中的 hardhat-net，安装包不含它。",
        "A local chain needs the folder hardhat-net of the source checkout; the installed package has none.",
        "克隆源码库并在其中运行 make dev；或用 --rpc 连接已有网络。",
        "Clone the repository and run `make dev` there, or use an existing network by --rpc.",
    ),
    "NET_NODE_MISSING": Text(
        "无法准备 Node 或其软件包：{reason}。",
        "Node or its packages cannot be prepared: {reason}.",
        "运行 pip install 'elicense-ledger[chain]'，并确认可访问软件包源。",
        "Run pip install 'elicense-ledger[chain]' and make sure that the package registry can be reached.",
    ),
    "ENGINE_GO_MISSING": Text(
        "编译引擎需要 Go，本机没有。",
        "Building the engine takes Go, and this machine has none.",
        "安装 Go；或在虚拟环境中运行 pip install '{package}'。",
        "Install Go, or run pip install '{package}' in the virtual environment.",
    ),
    "ENGINE_BUILD_FAILED": Text(
        "引擎 {engine} 未能编译：{reason}。",
        "The engine {engine} could not be built: {reason}.",
        "确认可访问 Go 模块代理（GOPROXY），并有 3 GB 磁盘空间，然后重试。",
        "Make sure that the Go module proxy (GOPROXY) can be reached and 3 GB of disk are free, then try again.",
    ),
    "ENGINE_SOURCE_ALTERED": Text(
        "下载的 {engine} 源码与已知摘要不符（{found}）。",
        "The sources of {engine} that were served are not the known ones ({found}).",
        "勿使用；换用可信的 Go 模块代理（GOPROXY），并清空 Go 模块缓存。",
        "Do not use them: choose a Go module proxy (GOPROXY) that you trust and empty Go's module cache.",
    ),
    "NET_ENGINE_UNKNOWN": Text(
        "此版本的 net up 尚不能启动引擎 {engine}。",
        "`net up` of this version cannot start the engine {engine}.",
        "使用 --engine hardhat，或用 --rpc 连接自行启动的网络。",
        "Use --engine hardhat, or start that network yourself and connect by --rpc.",
    ),
    "NET_ONE_VALIDATOR": Text(
        "引擎 hardhat 只有一个节点，不能有 {validators} 个验证者。",
        "The engine hardhat has one node; it cannot have {validators} validators.",
        "省略 --validators。",
        "Leave --validators out.",
    ),
    "NET_ALREADY_UP": Text(
        "本地链已在运行：{rpc}。",
        "A local chain is running already: {rpc}.",
        "直接使用，或先运行 elicense net down。",
        "Use it, or run `elicense net down` first.",
    ),
    "NET_NOT_UP": Text(
        "没有正在运行的本地链。",
        "No local chain is running.",
        "运行 elicense net up。",
        "Run `elicense net up`.",
    ),
    "NET_PORT_TAKEN": Text(
        "端口 {port} 已被占用。",
        "Port {port} is taken.",
        "换一个 --port，或省略它以自动选择。",
        "Give another --port, or none to have one chosen.",
    ),
    "NET_DID_NOT_START": Text(
        "本地链未能启动（{reason}），日志在 {log}。",
        "The local chain did not start ({reason}); its log is {log}.",
        "查看日志末尾，排除后重试。",
        "Read the end of the log, then try again.",
    ),
    "NET_WITH_UNKNOWN": Text(
        "net up 不认识 --with {given}。",
        "`net up` knows no --with {given}.",
        "可用 --with ipfs。",
        "Use --with ipfs.",
    ),
    "NET_IPFS_MISSING": Text(
        "找不到 IPFS 的守护进程（kubo 的程序 ipfs）。",
        "The daemon of IPFS (kubo's program `ipfs`) is not there.",
        "安装 kubo 0.42 使 ipfs 位于 PATH；或在源码目录运行 make engines 由源码编译。",
        "Install kubo 0.42 so that `ipfs` is on the PATH, or run `make engines` in the checkout, which builds it.",
    ),
    "NET_IPFS_PEERS": Text(
        "不能有 {asked} 个 IPFS 节点：已有 {there} 个，至多 {most} 个。",
        "There cannot be {asked} IPFS nodes: there are {there} already, and {most} at most.",
        "给出不少于已有数目的 --peers；已有节点保存着文件，不会被撤下。",
        "Give --peers no fewer than there are: nodes that keep documents are not dropped.",
    ),
    "NET_IPFS_STATE": Text(
        "IPFS 网络的状态文件 {path} 已损坏（{reason}）。",
        "The state file {path} of the IPFS swarm is damaged ({reason}).",
        "结束其守护进程，删除该文件，再运行 elicense net up --with ipfs：节点及其内容仍在。",
        "End its daemons, delete the file and run `elicense net up --with ipfs`: nodes and contents stay.",
    ),
    "NET_IPFS_DID_NOT_START": Text(
        "IPFS 节点未能启动（{reason}），日志在 {log}。",
        "An IPFS node did not start ({reason}); its log is {log}.",
        "查看日志末尾，排除后重试。",
        "Read the end of the log, then try again.",
    ),
    "NET_IPFS_FAILED": Text(
        "IPFS 节点 {url} 未照办：{reason}。",
        "The IPFS node {url} failed: {reason}.",
        "查看该节点的日志；再次运行 elicense net up --with ipfs。",
        "Read that node's log, then run `elicense net up --with ipfs` again.",
    ),
}
