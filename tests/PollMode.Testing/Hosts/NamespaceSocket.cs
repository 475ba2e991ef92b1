using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using PollMode.Linux;

namespace PollMode.Testing;

/// <summary>Moves bytes by the kernel's TCP from one namespace to another, and compares them: what an engine between the two must leave intact.</summary>
public static class NamespaceSocket
{
    private const int Port = 7777;

    /// <summary>Sends random bytes from a client in one namespace to a server in another, which sends them back.</summary>
    /// <returns>Whether all bytes came back as they went.</returns>
    public static bool EchoesIntact(HostNamespace server, IPAddress address, HostNamespace client, int bytes, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(address);
        using Socket listener = NetworkNamespace.Run(server.Name, () => NewSocket(address.AddressFamily, timeout));
        using Socket connection = NetworkNamespace.Run(client.Name, () => NewSocket(address.AddressFamily, timeout));
        listener.Bind(new IPEndPoint(address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, Port));
        listener.Listen(1);
        var echo = new Thread(() => Echo(listener, timeout)) { IsBackground = true };
        echo.Start();
        connection.Connect(address, Port);
        var sent = new byte[bytes];
        new Random(bytes).NextBytes(sent);
        var sender = new Thread(() => SendAll(connection, sent)) { IsBackground = true };
        sender.Start();
        var received = new byte[bytes];
        int at = 0;
        while (at < bytes)
        {
            int count = connection.Receive(received.AsSpan(at));
            if (count == 0)
            {
                break;
            }

            at += count;
        }

        sender.Join();
        connection.Dispose();
        echo.Join();
        return at == bytes && sent.AsSpan().SequenceEqual(received);
    }

    /// <summary>Sends random bytes one way, more than are kept in memory, and compares the hashes of what left and what arrived.</summary>
    /// <returns>Whether all of them arrived as they left.</returns>
    public static bool TransfersIntact(HostNamespace server, IPAddress address, HostNamespace client, long bytes, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(address);
        using Socket listener = NetworkNamespace.Run(server.Name, () => NewSocket(address.AddressFamily, timeout));
        using Socket connection = NetworkNamespace.Run(client.Name, () => NewSocket(address.AddressFamily, timeout));
        listener.Bind(new IPEndPoint(address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, Port));
        listener.Listen(1);
        byte[] left = [];
        var sender = new Thread(() => left = SendRandom(connection, address, bytes)) { IsBackground = true };
        sender.Start();
        byte[] arrived = ReceiveHashed(listener, timeout, out long total);
        sender.Join();
        return total == bytes && left.AsSpan().SequenceEqual(arrived);
    }

    private static byte[] SendRandom(Socket socket, IPAddress address, long bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var random = new Random(4711);
        var block = new byte[256 << 10];
        try
        {
            socket.Connect(address, Port);
            for (long left = bytes; left > 0; left -= block.Length)
            {
                random.NextBytes(block);
                ReadOnlySpan<byte> part = block.AsSpan(0, (int)Math.Min(left, block.Length));
                hash.AppendData(part);
                while (!part.IsEmpty)
                {
                    part = part[socket.Send(part)..];
                }
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The receiving side notices: bytes will be missing.
            socket.Dispose();
        }

        return hash.GetHashAndReset();
    }

    private static byte[] ReceiveHashed(Socket listener, TimeSpan timeout, out long total)
    {
        total = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            using Socket accepted = listener.Accept();
            accepted.ReceiveTimeout = (int)timeout.TotalMilliseconds;
            var buffer = new byte[256 << 10];
            int count;
            while ((count = accepted.Receive(buffer)) > 0)
            {
                hash.AppendData(buffer, 0, count);
                total += count;
            }
        }
        catch (SocketException)
        {
            // The caller compares how many arrived.
        }

        return hash.GetHashAndReset();
    }

    private static Socket NewSocket(AddressFamily family, TimeSpan timeout) => new(family, SocketType.Stream, ProtocolType.Tcp)
    {
        ReceiveTimeout = (int)timeout.TotalMilliseconds,
        SendTimeout = (int)timeout.TotalMilliseconds,
    };

    private static void SendAll(Socket socket, byte[] bytes)
    {
        try
        {
            for (int at = 0; at < bytes.Length;)
            {
                at += socket.Send(bytes.AsSpan(at));
            }
        }
        catch (SocketException)
        {
            // The receiving side notices: bytes will be missing.
        }
    }

    private static void Echo(Socket listener, TimeSpan timeout)
    {
        try
        {
            using Socket accepted = listener.Accept();
            accepted.SendTimeout = accepted.ReceiveTimeout = (int)timeout.TotalMilliseconds;
            var buffer = new byte[65536];
            int count;
            while ((count = accepted.Receive(buffer)) > 0)
            {
                SendAll(accepted, buffer[..count]);
            }
        }
        catch (SocketException)
        {
            // As above.
        }
    }
}
