//! What `vectcut doctor` found.

use super::catalogue;

catalogue! {
    /// Names of the checks. Each fits into twelve columns.
    program(): "program", "程序";
    key(): "API key", "API 密钥";
    backend(): "VectCut", "VectCut";
    oss(): "OSS", "OSS";
    clock(): "clock", "时钟";
    proxy(): "proxy", "代理";
    trust(): "certificates", "证书";
    state_dir(): "state folder", "状态文件夹";
    speed(): "speed", "速度";
    internal(): "internal", "内网";
    acceleration(): "acceleration", "传输加速";

    version(version, system): "vectcut {version} on {system}", "vectcut {version}，{system}";

    key_of_variable(variable): "from `{variable}`", "来自 `{variable}`";
    key_of_file(path): "from `{path}`", "来自 `{path}`";
    key_accepted(origin): "{origin}, accepted by VectCut", "{origin}，密钥有效";
    key_refused(origin, status):
        "{origin}, refused by VectCut (HTTP {status})",
        "{origin}，被 VectCut 拒绝（HTTP {status}）";
    membership_refused(origin, status):
        "{origin}; VectCut does not serve this account now (HTTP {status})",
        "{origin}，VectCut 目前不为该账号提供服务（HTTP {status}）";
    key_unknown(origin): "{origin}; could not tell whether VectCut accepts it", "{origin}，无法确认 VectCut 是否接受";

    responds(server, status, elapsed):
        "{server} responds (HTTP {status}) in {elapsed}",
        "{server} 有响应（HTTP {status}），用时 {elapsed}";
    connected(peer, elapsed): "; TCP to {peer} {elapsed}", "；TCP 连接 {peer} {elapsed}";
    shook_hands(version, elapsed): "; {version} {elapsed}", "；{version} 握手 {elapsed}";
    issued_by(issuer): "; certificate issued by {issuer}", "；证书签发者：{issuer}";
    behind_proxy(proxy):
        "; through the proxy {proxy}, so address and certificate can't be seen",
        "；经过代理 {proxy}，看不到地址和证书";
    no_response(server, cause): "{server} cannot be reached: {cause}", "无法连接 {server}：{cause}";
    no_address(server, cause): "{server}: no address found: {cause}", "{server}：找不到地址：{cause}";
    no_connection(server, cause): "{server}: no connection: {cause}", "{server}：无法建立连接：{cause}";
    no_trust(server, cause): "{server}: TLS handshake failed: {cause}", "{server}：TLS 握手失败：{cause}";
    too_slow(): "no answer within the time limit", "在时限内没有响应";

    clock_right(by): "within {by} of the servers", "与服务器相差不超过 {by}";
    clock_behind(by): "{by} behind the servers", "比服务器慢 {by}";
    clock_ahead(by): "{by} ahead of the servers", "比服务器快 {by}";
    clock_unknown(): "no server told its time", "没有服务器返回时间";
    set_clock(): "set this computer's clock", "请校准本机时钟";

    no_proxy(): "none", "无";
    proxies(backend, oss): "VectCut: {backend}; OSS: {oss}", "VectCut：{backend}；OSS：{oss}";
    system_trust(): "those of the system", "使用系统信任的证书";
    extra_trust(path): "those of the system and of `{path}`", "使用系统信任的证书，以及 `{path}`";

    state_usable(path, unfinished): "`{path}`, unfinished uploads: {unfinished}", "`{path}`，未完成的上传 {unfinished} 个";
    free(bytes): "; {bytes} free", "；剩余空间 {bytes}";
    nearly_full(): "free some space: unfinished uploads may not be saved", "请清理磁盘空间，否则可能无法保存上传进度";
    state_unusable(cause): "unfinished uploads can't be saved: {cause}", "无法保存上传进度：{cause}";
    no_state_dir(): "none: unfinished uploads can't be resumed", "无：中断后不能续传";
    name_state_dir(): "name another folder with `--state-dir`", "请用 `--state-dir` 指定其他文件夹";

    no_speed(): "not measured: VectCut has no call that takes bytes and keeps none", "未测量：VectCut 没有只接收而不保存数据的接口";
    try_sandbox_speed(): "the next upload shows its rate", "下次上传时会显示速度";

    internal_near(host): "`{host}` can be reached, so this computer is in the region", "可以连接 `{host}`，本机就在该地域内";
    internal_far(host): "`{host}` cannot be reached, as from outside the region", "无法连接 `{host}`，本机不在该地域内";
    use_internal(host):
        "upload with `--oss-endpoint {host}`: nearer, and without traffic fees",
        "上传时加上 `--oss-endpoint {host}`：更近，且不收流量费";
    accelerated(own, other): "a connection takes {other} there and {own} to the endpoint", "连接加速接入点 {other}，连接当前接入点 {own}";
    no_acceleration(): "its endpoint cannot be reached", "无法连接加速接入点";
    use_acceleration(host, region):
        "if transfer acceleration is on for the bucket, `--oss-endpoint {host} --oss-region {region}` may be quicker",
        "如果存储空间已开启传输加速，`--oss-endpoint {host} --oss-region {region}` 可能更快";
}
