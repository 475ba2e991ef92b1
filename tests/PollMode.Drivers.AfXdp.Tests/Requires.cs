namespace PollMode.Drivers.AfXdp.Tests;

/// <summary>What a test needs of the machine; a test that lacks it is skipped, and says what.</summary>
internal static class Requires
{
    /// <summary>Root, or whatever else lets bpf(2) make a map.</summary>
    public static void Bpf()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        Assert.SkipUnless(Environment.UserName == "root" || Environment.IsPrivilegedProcess, "needs root, for bpf(2) and network namespaces");
    }

    /// <summary>Programs on the path.</summary>
    public static void Tools(params string[] names)
    {
        foreach (string name in names)
        {
            bool found = (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));
            Assert.SkipUnless(found, $"needs the program '{name}'");
        }
    }
}
