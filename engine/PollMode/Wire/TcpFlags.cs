namespace PollMode.Wire;

/// <summary>The control bits of a TCP segment (RFC 9293, section 3.1).</summary>
[Flags]
public enum TcpFlags : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The sender has sent all.</summary>
    Fin = 1 << 0,

    /// <summary>Opens a connection.</summary>
    Syn = 1 << 1,

    /// <summary>Breaks a connection off.</summary>
    Rst = 1 << 2,

    /// <summary>Hand over what was received.</summary>
    Psh = 1 << 3,

    /// <summary>The acknowledgement number counts.</summary>
    Ack = 1 << 4,

    /// <summary>The urgent pointer counts.</summary>
    Urg = 1 << 5,

    /// <summary>Echo of a congestion mark (RFC 3168).</summary>
    Ece = 1 << 6,

    /// <summary>Congestion window reduced (RFC 3168).</summary>
    Cwr = 1 << 7,

    /// <summary>Accurate congestion feedback; once the nonce sum (RFC 9768).</summary>
    Ae = 1 << 8,
}
